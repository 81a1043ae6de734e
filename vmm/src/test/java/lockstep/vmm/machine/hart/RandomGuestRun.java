package lockstep.vmm.machine.hart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.StateHash;
import lockstep.vmm.machine.Machine;

/**
 * Runs a machine under inputs at their positions, and records or compares its hash at others. It is
 * idle only until the next timer, for an idle machine's clock is moved there.
 */
public final class RandomGuestRun {
  /** Executes the machine up to a position or a pause, which is returned. */
  public interface Runner {
    Pause run(Machine machine, long positionLimit);
  }

  /** What a machine was at a position; {@code outputs} is a hash of all that it had put out. */
  private record Check(long position, StateHash hash, int outputs) {}

  private static final int CHECK_GAP_MAX = 4000;

  private final String name;
  private final List<RandomGuest.Given> inputs;
  private final long endPosition;
  private final List<Check> recorded = new ArrayList<>();

  public RandomGuestRun(long seed, long endPosition) {
    name = "seed " + seed;
    inputs = new RandomGuest(seed).inputs(endPosition);
    this.endPosition = endPosition;
  }

  /** Runs {@code machine} and records hashes at random positions. */
  public void record(Machine machine, Runner runner, Random positions) {
    Execution execution = new Execution(machine, runner);
    while (machine.position() < endPosition) {
      long to = machine.position() + 1 + positions.nextInt(CHECK_GAP_MAX);
      execution.runTo(Math.min(to, endPosition));
      recorded.add(execution.check());
    }
  }

  /** Runs {@code machine} under the same inputs and compares it with what was recorded. */
  public void compare(String what, Machine machine, Runner runner) {
    compare(what, machine, runner, UnaryOperator.identity());
  }

  /** The same, going on behind each piece as the machine that {@code successor} gives. */
  public void compare(
      String what, Machine machine, Runner runner, UnaryOperator<Machine> successor) {
    Execution execution = new Execution(machine, runner);
    execution.successor = successor;
    for (Check expected : recorded) {
      execution.runTo(expected.position());
      assertEquals(expected, execution.check(), () -> name + ", " + what);
    }
  }

  private final class Execution {
    private final Runner runner;
    private Machine machine;
    private UnaryOperator<Machine> successor = UnaryOperator.identity();
    private int nextInput;
    private int outputsHash;

    Execution(Machine machine, Runner runner) {
      this.machine = machine;
      this.runner = runner;
    }

    void runTo(long position) {
      while (true) {
        while (nextInput < inputs.size()
            && inputs.get(nextInput).position() <= machine.position()) {
          machine.inject(inputs.get(nextInput++).input());
          drain();
        }
        if (machine.position() == position) {
          return;
        }
        long next = nextInput < inputs.size() ? inputs.get(nextInput).position() : position;
        Pause pause = runner.run(machine, Math.min(next, position));
        drain();
        machine = successor.apply(machine);
        if (pause == Pause.IDLE) {
          machine.inject(new Input.ClockMoved(machine.nextTimerNanos()));
        }
      }
    }

    private void drain() {
      machine.drainOutputs(this::take);
    }

    private void take(Output output) {
      outputsHash = 31 * outputsHash + output.hashCode();
    }

    Check check() {
      return new Check(machine.position(), machine.hash(), outputsHash);
    }
  }
}
