package lockstep.vmm.machine.hart;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.function.UnaryOperator;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.vmm.machine.Machine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nothing that is only a cache may be observed: a machine equals one that forgets, before every
 * step, every translation and all decoded code, and one that is saved and restored all the time.
 *
 * <p>{@code -Dlockstep.seed=N} runs one seed, and {@code -Dlockstep.seeds=N} so many of them.
 */
final class CacheTest {
  private static final long STEPS = 30_000;
  private static final long ONE_SEED = Long.getLong("lockstep.seed", -1);

  private final long[] exceptions = new long[16];

  /** Forgets everything before each step. */
  private static Pause forgetful(Machine machine, long positionLimit) {
    Pause pause = Pause.LIMIT;
    while (pause == Pause.LIMIT && machine.position() < positionLimit) {
      machine.hart().dropCaches();
      pause = machine.run(machine.position() + 1);
    }
    return pause;
  }

  /** Runs in pieces of random lengths. */
  private static RandomGuestRun.Runner restless(Random random) {
    return (machine, positionLimit) ->
        machine.run(Math.min(positionLimit, machine.position() + 1 + random.nextInt(300)));
  }

  /** Now and then another machine, restored from the one so far. */
  private static UnaryOperator<Machine> restored(RandomGuest guest, Random random) {
    return machine -> {
      if (random.nextInt(10) != 0) {
        return machine;
      }
      try {
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        machine.save(saved);
        Machine successor = guest.machine(Machine::new);
        successor.restore(new ByteArrayInputStream(saved.toByteArray()));
        return successor;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private void compare(long seed) {
    RandomGuest guest = new RandomGuest(seed);
    RandomGuestRun run = new RandomGuestRun(seed, STEPS);
    Machine machine = guest.machine(Machine::new);
    run.record(machine, Machine::run, new Random(seed));
    long[] counts = TrapHandlers.counts(machine.memory());
    for (int cause = 0; cause < counts.length; cause++) {
      exceptions[cause] += counts[cause];
    }
    run.compare("forgetful", guest.machine(Machine::new), CacheTest::forgetful);
    Random random = new Random(seed);
    run.compare("restored", guest.machine(Machine::new), restless(random), restored(guest, random));
  }

  private void compareSeeds(long first, int count) {
    for (long seed = first; seed < first + count; seed++) {
      compare(seed);
    }
    for (int cause : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15}) {
      assertTrue(exceptions[cause] > 0, "no exception of cause " + cause);
    }
  }

  @Test
  void aMachineWithCachesEqualsOneWithout() {
    if (ONE_SEED >= 0) {
      compare(ONE_SEED);
    } else {
      compareSeeds(1, 10);
    }
  }

  @Test
  @Tag("slow")
  void aMachineWithCachesEqualsOneWithoutForManySeeds() {
    compareSeeds(1000, Integer.getInteger("lockstep.seeds", 12));
  }
}
