package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs seeds. One seed again, with its story: {@code mvn -pl ft-coordinator test
 * -Dtest=SimulationTest#oneSeed -Dseed=N}.
 */
final class SimulationTest {
  private static final int SEEDS = 400;
  private static final int SEEDS_SLOW = 4_000;

  @Test
  void everySeedKeepsWhatMustHold() {
    run(1, SEEDS);
  }

  @Test
  @Tag("slow")
  void manySeedsKeepWhatMustHold() {
    run(1_000_000, SEEDS_SLOW);
  }

  @Test
  void oneSeed() {
    long seed = Long.getLong("seed", 1);
    RandomRun first = RandomRun.of(seed, true);
    if (System.getProperty("seed") != null) {
      first.story().forEach(System.out::println);
    }
    first.failure().ifPresent(SimulationTest::fail);
    assertTrue(first.equals(RandomRun.of(seed, true)), "the seed does not repeat its run");
  }

  private static void fail(String failure) {
    throw new AssertionError(failure);
  }

  private static void run(long firstSeed, int seeds) {
    long begin = System.nanoTime();
    long events = 0;
    Coverage coverage = new Coverage();
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      RandomRun run = RandomRun.of(seed, false);
      run.failure().ifPresent(SimulationTest::fail);
      events += run.events();
      coverage.addAll(run.coverage());
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        "%d seeds from %d, %d events, %.1f s, %.0f seeds per minute; %s%n",
        seeds, firstSeed, events, seconds, seeds * 60 / seconds, coverage);
    for (Coverage.Event event : Coverage.Event.values()) {
      assertTrue(coverage.of(event) > 0, () -> "no seed has seen " + event);
    }
  }
}
