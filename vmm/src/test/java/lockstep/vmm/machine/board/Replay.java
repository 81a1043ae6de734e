package lockstep.vmm.machine.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.board.BoardHarness.Event;

/** Gives a machine what another was given, at the same positions, and compares the hashes. */
final class Replay {
  private final Machine machine;
  private final Random cuts;
  private final long runStepsMax;
  private int outputsHash;

  /**
   * A replay that cuts the running into calls of random lengths.
   *
   * @param outputsHash hash of the outputs that were made before the machine's position
   * @param runStepsMax the longest call of {@code run}
   */
  Replay(Machine machine, int outputsHash, long seed, long runStepsMax) {
    this.outputsHash = outputsHash;
    this.machine = machine;
    this.cuts = new Random(seed);
    this.runStepsMax = runStepsMax;
  }

  /** Continues a hash of outputs by one more. */
  static int hash(int outputsHash, Output output) {
    return 31 * outputsHash + output.hashCode();
  }

  /** Replays and returns how many hashes were compared. */
  int play(List<Event> events) {
    int checks = 0;
    for (Event event : events) {
      runTo(event.position());
      switch (event) {
        case Event.Given given -> {
          machine.inject(given.input());
          drain();
        }
        case Event.Check check -> {
          assertEquals(check.hash(), machine.hash(), "hash at position " + check.position());
          assertEquals(check.outputs(), outputsHash, "outputs before " + check.position());
          checks++;
        }
      }
    }
    return checks;
  }

  private void drain() {
    machine.drainOutputs(output -> outputsHash = hash(outputsHash, output));
  }

  private void runTo(long position) {
    while (machine.position() < position) {
      long left = position - machine.position();
      long cut = Math.min(left, 1 + cuts.nextLong(runStepsMax));
      Pause pause = machine.run(machine.position() + cut);
      drain();
      if (machine.position() < position && (pause == Pause.IDLE || pause == Pause.OFF)) {
        throw new AssertionError(
            pause + " at position " + machine.position() + " before " + position);
      }
    }
    assertEquals(position, machine.position());
  }
}
