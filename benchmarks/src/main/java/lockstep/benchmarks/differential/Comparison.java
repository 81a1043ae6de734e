package lockstep.benchmarks.differential;

import java.util.Optional;
import java.util.SplittableRandom;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.ft.machine.Input;
import lockstep.vmm.compiler.GuestCompiler;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.hart.Interrupts;
import lockstep.vmm.machine.hart.UnitCompiler;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * One program on two machines, one interpreting and one compiling, driven alike: run to random
 * positions, given clock inputs, interrupts raised and cleared. After every run they must be equal.
 */
final class Comparison {
  private static final int PICOSECONDS_PER_STEP = 10_000;

  /** A program that sleeps for so long has switched off what could wake it. */
  private static final int ASLEEP_TURNS_MAX = 20;

  private static final int INSTRUCTIONS_MAX = 100;
  private static final int[] INTERRUPTS = {
    Interrupts.SUPERVISOR_EXTERNAL, Interrupts.MACHINE_EXTERNAL, Interrupts.MACHINE_SOFTWARE
  };

  private final Machine interpreting;
  private final Machine compiling;
  private final SplittableRandom random;
  private final int runStepsMax;
  private int asleep;

  /**
   * The machines differ.
   *
   * @param from a position at which they were equal
   * @param to the next that was looked at
   */
  record Difference(long from, long to, String interpreted, String compiled) {}

  private Comparison(byte[] image, long seed, int runStepsMax) {
    random = new SplittableRandom(seed);
    interpreting = machine(image, UnitCompiler.NONE);
    compiling = machine(image, GuestCompiler.eager(1 + random.nextInt(INSTRUCTIONS_MAX)));
    this.runStepsMax = runStepsMax;
  }

  private static Machine machine(byte[] image, UnitCompiler compiler) {
    Machine machine =
        new Machine(new MachineConfig(RandomProgram.RAM_BYTES, PICOSECONDS_PER_STEP), compiler);
    machine.memory().write(PhysicalMemory.RAM_BASE, image, 0, image.length);
    machine.hart().startInMachineMode(PhysicalMemory.RAM_BASE);
    return machine;
  }

  /**
   * Runs {@code image} for {@code steps}.
   *
   * @param seed of what happens to the machines
   * @param runStepsMax the longest run between two comparisons
   */
  static Optional<Difference> run(byte[] image, long seed, long steps, int runStepsMax) {
    Comparison comparison = new Comparison(image, seed, runStepsMax);
    while (comparison.interpreting.position() < steps && comparison.asleep < ASLEEP_TURNS_MAX) {
      Optional<Difference> difference = comparison.turn();
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private Optional<Difference> turn() {
    long from = interpreting.position();
    long limit = from + 1 + random.nextInt(runStepsMax);
    boolean idle = run(interpreting, limit);
    if (idle != run(compiling, limit) || !interpreting.hash().equals(compiling.hash())) {
      return Optional.of(
          new Difference(from, limit, interpreting.describe(), compiling.describe()));
    }
    asleep = interpreting.position() == from ? asleep + 1 : 0;
    disturb(idle);
    return Optional.empty();
  }

  private static boolean run(Machine machine, long limit) {
    Pause pause = machine.run(limit);
    machine.drainOutputs(output -> {});
    return pause == Pause.IDLE;
  }

  private void disturb(boolean idle) {
    if (idle || random.nextInt(8) == 0) {
      long now = interpreting.timeNanos();
      long next = idle ? interpreting.nextTimerNanos() : now + random.nextInt(20_000);
      if (next != Long.MAX_VALUE) {
        interpreting.inject(new Input.ClockMoved(next));
        compiling.inject(new Input.ClockMoved(next));
      }
    }
    int cause = INTERRUPTS[random.nextInt(INTERRUPTS.length)];
    boolean pending = (idle || random.nextInt(4) == 0) && random.nextInt(4) != 0;
    interpreting.hart().setInterruptPending(cause, pending);
    compiling.hart().setInterruptPending(cause, pending);
    if (random.nextInt(100) == 0) {
      overwrite();
    }
  }

  /** As a device does: a few bytes anywhere in the code. */
  private void overwrite() {
    byte[] bytes = new byte[random.nextInt(1, 9)];
    random.nextBytes(bytes);
    long address =
        PhysicalMemory.RAM_BASE
            + RandomProgram.CODE
            + random.nextInt(RandomProgram.CODE_BYTES - bytes.length);
    interpreting.memory().write(address, bytes, 0, bytes.length);
    compiling.memory().write(address, bytes, 0, bytes.length);
  }
}
