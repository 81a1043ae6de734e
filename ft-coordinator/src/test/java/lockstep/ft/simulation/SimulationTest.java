package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs seeds, on every core. {@code -Dlockstep.seeds=N} says how many, {@code -Dlockstep.seed=N}
 * with which one to begin. One seed again, with its story: {@code mvn -pl ft-coordinator test
 * -Dtest=SimulationTest#oneSeed -Dlockstep.seed=N}.
 */
final class SimulationTest {
  private static final int SEEDS = 400;
  private static final int SEEDS_SLOW = 4_000;
  private static final int SEEDS_REPEATED = 50;

  private static long firstSeed(long otherwise) {
    return Long.getLong("lockstep.seed", otherwise);
  }

  private static int seeds(int otherwise) {
    return Integer.getInteger("lockstep.seeds", otherwise);
  }

  @Test
  void everySeedKeepsWhatMustHold() {
    run(firstSeed(1), seeds(SEEDS));
  }

  @Test
  void noSingleFaultLosesTheGuest() {
    Coverage seen = run(firstSeed(1), seeds(SEEDS), RandomRun::ofSingleFaults);
    assertTrue(seen.of(Coverage.Event.WENT_LIVE) > 0, "no seed has seen a failover");
  }

  @Test
  @Tag("slow")
  void manySeedsKeepWhatMustHold() {
    run(firstSeed(1_000_000), seeds(SEEDS_SLOW));
  }

  /**
   * Each has once shown a defect, of the protocol or of what judges it; with the faults that there
   * were then, for others would make another story of it.
   */
  @Test
  void seedsThatOnceFailed() {
    for (long seed : new long[] {24, 11_836, 37_371, 62_104, 86_219}) {
      run(seed, 1, RandomRun::ofEarlierFaults);
    }
    for (long seed : new long[] {28_884, 87_734}) {
      run(seed, 1, RandomRun::ofEarlierSingleFaults);
    }
    for (long seed : new long[] {1046, 31_054}) {
      run(seed, 1, RandomRun::of);
    }
  }

  @Test
  void oneSeed() {
    tell(RandomRun.of(firstSeed(1), true));
  }

  @Test
  void everySeedRepeatsItsRun() {
    LongStream.range(firstSeed(1), firstSeed(1) + SEEDS_REPEATED)
        .parallel()
        .forEach(
            seed ->
                assertTrue(
                    RandomRun.of(seed, true).equals(RandomRun.of(seed, true)),
                    () -> "seed " + seed + " does not repeat its run"));
  }

  @Test
  void oneSeedOfSingleFaults() {
    tell(RandomRun.ofSingleFaults(firstSeed(1), true, new Sabotage()));
  }

  @Test
  void oneSeedOfEarlierFaults() {
    tell(RandomRun.ofEarlierFaults(firstSeed(1), true, new Sabotage()));
  }

  @Test
  void oneSeedOfEarlierSingleFaults() {
    tell(RandomRun.ofEarlierSingleFaults(firstSeed(1), true, new Sabotage()));
  }

  private static void tell(RandomRun run) {
    if (System.getProperty("lockstep.seed") != null) {
      run.story().forEach(System.out::println);
    }
    run.failure().ifPresent(SimulationTest::fail);
  }

  private static void fail(String failure) {
    throw new AssertionError(failure);
  }

  private static void run(long firstSeed, int seeds) {
    Coverage coverage = run(firstSeed, seeds, RandomRun::of);
    if (seeds >= SEEDS) {
      for (Coverage.Event event : Coverage.Event.values()) {
        assertTrue(coverage.of(event) > 0, () -> "no seed has seen " + event);
      }
    }
  }

  private static Coverage run(long firstSeed, int seeds, RandomRun.Kind kind) {
    long begin = System.nanoTime();
    AtomicLong events = new AtomicLong();
    Coverage coverage = new Coverage();
    LongFunction<Optional<String>> failureOf =
        seed -> {
          RandomRun run = kind.run(seed, false, new Sabotage());
          events.addAndGet(run.events());
          synchronized (coverage) {
            coverage.addAll(run.coverage());
          }
          return run.failure();
        };
    LongStream.range(firstSeed, firstSeed + seeds)
        .parallel()
        .mapToObj(failureOf)
        .flatMap(Optional::stream)
        .findFirst()
        .ifPresent(SimulationTest::fail);
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        "%d seeds from %d, %d events, %.1f s, %.0f seeds per minute; %s%n",
        seeds, firstSeed, events.get(), seconds, seeds * 60 / seconds, coverage);
    return coverage;
  }
}
