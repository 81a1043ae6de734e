package lockstep.vmm.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.Function;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;

/** Small programs, compiled and interpreted. */
final class SmallPrograms {
  static final long RAM_BYTES = 1 << 20;
  private static final long STEPS = 3_000_000;

  private SmallPrograms() {}

  /** A machine with a program at the beginning of its RAM, not started yet. */
  static Machine load(int[] program, UnitCompiler compiler) {
    Machine machine = new Machine(new MachineConfig(RAM_BYTES, 1000), compiler);
    for (int i = 0; i < program.length; i++) {
      machine.memory().store32(PhysicalMemory.RAM_BASE + 4L * i, program[i]);
    }
    return machine;
  }

  /**
   * Requires that both are in the same state wherever they are compared, and to the step where they
   * were told to stop.
   *
   * @param started makes a machine with the program and starts it
   * @return the machine that was interpreted, where it was compared last
   */
  static Machine compare(Function<UnitCompiler, Machine> started, CompilerMode mode) {
    Machine compiling = started.apply(GuestCompiler.of(mode));
    Machine interpreting = started.apply(UnitCompiler.NONE);
    for (long limit = 1; limit < STEPS; limit = limit * 5 / 4 + 1) {
      compiling.run(limit);
      interpreting.run(limit);
      assertEquals(limit, compiling.position());
      assertEquals(interpreting.hash(), compiling.hash(), "at " + limit);
    }
    return interpreting;
  }
}
