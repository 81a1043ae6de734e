package lockstep.vmm.compiler;

import java.util.Random;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.hart.RandomGuest;
import lockstep.vmm.machine.hart.RandomGuestRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Guests that do at random what could make a cache lie find no difference between a machine that
 * interprets, and ones that compile everything in small or large units.
 *
 * <p>{@code -Dlockstep.seed=N} runs one seed, and {@code -Dlockstep.seeds=N} so many of them.
 */
final class RandomGuestsTest {
  private static final long STEPS = 20_000;
  private static final int SMALL = 3;
  private static final int LARGE = 80;
  private static final long ONE_SEED = Long.getLong("lockstep.seed", -1);

  private static void compare(long seed) {
    RandomGuest guest = new RandomGuest(seed);
    RandomGuestRun run = new RandomGuestRun(seed, STEPS);
    run.record(guest.machine(Machine::new), Machine::run, new Random(seed));
    for (int instructionsMax : new int[] {SMALL, LARGE}) {
      run.compare(
          "units of " + instructionsMax,
          guest.machine(config -> new Machine(config, GuestCompiler.eager(instructionsMax))),
          Machine::run);
    }
  }

  private static void compareSeeds(long first, int count) {
    for (long seed = first; seed < first + count; seed++) {
      compare(seed);
    }
  }

  @Test
  void compiledGuestsDoWhatInterpretedOnesDo() {
    if (ONE_SEED >= 0) {
      compare(ONE_SEED);
    } else {
      compareSeeds(1, 3);
    }
  }

  @Test
  @Tag("slow")
  void compiledGuestsDoWhatInterpretedOnesDoForManySeeds() {
    compareSeeds(1000, Integer.getInteger("lockstep.seeds", 8));
  }
}
