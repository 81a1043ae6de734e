package lockstep.benchmarks.micro;

import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.hart.Hart;
import lockstep.vmm.machine.memory.PhysicalMemory;

/** A machine that executes a few instructions over and over. */
final class GuestLoop {
  static final long BASE = PhysicalMemory.RAM_BASE;
  static final int RAM_BYTES = 64 << 20;

  /** Steps of an invocation, if there is no reason for another number. */
  static final int STEPS = 1_000_000;

  static final int A0 = 10;
  static final int A1 = 11;
  private static final int PICOSECONDS_PER_STEP = 1000;

  final Machine machine;

  /** In M-mode at the base of RAM, where the program is. */
  GuestLoop(CompilerMode compiler, int... program) {
    machine =
        new Machine(new MachineConfig(RAM_BYTES, PICOSECONDS_PER_STEP), GuestCompiler.of(compiler));
    for (int i = 0; i < program.length; i++) {
      machine.memory().store32(BASE + (long) Integer.BYTES * i, program[i]);
    }
    machine.hart().startInMachineMode(BASE);
  }

  Hart hart() {
    return machine.hart();
  }

  /** Executes so many steps, and returns the position. */
  long run(long steps) {
    machine.run(machine.position() + steps);
    return machine.position();
  }
}
