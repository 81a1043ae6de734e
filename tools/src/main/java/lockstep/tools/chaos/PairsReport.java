package lockstep.tools.chaos;

import java.io.PrintStream;
import lockstep.tools.redis.Pauses;

/** Sums up runs, each with a fresh pair, of one kind of fault. */
final class PairsReport {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Pauses pauses = new Pauses();
  private final Pauses before = new Pauses();
  private long runs;
  private long failedRuns;
  private long late;
  private long acknowledged;
  private long lost;
  private long repeated;
  private long resets;

  void add(FaultRun.Outcome outcome) {
    runs++;
    failedRuns += outcome.nothingLost() ? 0 : 1;
    late += outcome.inTime() ? 0 : 1;
    acknowledged += outcome.client().acknowledged();
    lost += outcome.client().lost();
    repeated += outcome.client().repeated();
    resets += outcome.client().ended().isEmpty() ? 0 : 1;
    pauses.add(outcome.client().longestPauseNanos());
    before.add(outcome.waitBeforeNanos());
  }

  boolean allGood() {
    return runs > 0 && failedRuns == 0 && late == 0;
  }

  void print(PrintStream out, Fault fault, long seed) {
    out.printf("%nfault                     %s, seed %d%n", fault, seed);
    out.printf(
        "faults done               %d, of these not as they must be: %d%n", runs, failedRuns);
    out.printf("acknowledged increments   %,d%n", acknowledged);
    out.printf("lost writes               %d%n", lost);
    out.printf("applied twice             %d%n", repeated);
    out.printf("connections reset         %d%n", resets);
    print(out, "pause", pauses);
    print(out, "longest wait before that", before);
    out.printf("pauses over %d s           %d%n", fault.pauseMax().toSeconds(), late);
  }

  private static void print(PrintStream out, String name, Pauses some) {
    out.printf(
        "%-25s p50 %.0f ms, p99 %.0f ms, longest %.0f ms%n",
        name,
        some.percentileNanos(50) / NANOS_PER_MILLI,
        some.percentileNanos(99) / NANOS_PER_MILLI,
        some.longestNanos() / NANOS_PER_MILLI);
  }
}
