package lockstep.benchmarks.checks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.replica.RecordingReplay;
import lockstep.vmm.replica.RecordingReplay.Checks;

/**
 * Executes a recording again and again, by turns with its checks, as each replica of a pair makes
 * them (hash, and remember the state for explaining a difference), and without, and prints the
 * seconds of CPU that the guest's thread took for each, and what the checks add.
 *
 * <p>Arguments: the recording; {@code --rounds N}; {@code --compiler on}; {@code --tsv} for a line
 * of name, ours, peer, ratio, bar and verdict.
 */
public final class ChecksBench {
  private static final int ROUNDS_DEFAULT = 5;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MILLIONS = 1e6;

  /** The checks may take so much of the time. */
  private static final double SHARE_MAX = 0.01;

  private ChecksBench() {}

  public static void main(String[] arguments) throws IOException {
    List<String> given = new ArrayList<>(Arrays.asList(arguments));
    boolean tsv = given.remove("--tsv");
    int rounds = value(given, "--rounds", ROUNDS_DEFAULT);
    CompilerMode compiler = given.remove("--compiler") ? mode(given) : CompilerMode.OFF;
    boolean help = given.remove("--help");
    if (help || given.size() != 1 || given.getFirst().startsWith("--") || rounds < 1) {
      System.err.println(
          "usage: lockstep bench checks RECORDING [--rounds N] [--compiler off|on] [--tsv]");
      System.exit(help ? 0 : 2);
    }
    measure(Path.of(given.getFirst()), compiler, rounds, tsv);
  }

  private static CompilerMode mode(List<String> given) {
    return given.remove("on") ? CompilerMode.ON : given.remove("off") ? CompilerMode.OFF : none();
  }

  private static CompilerMode none() {
    System.err.println("--compiler is off or on");
    System.exit(2);
    return CompilerMode.OFF;
  }

  private static int value(List<String> given, String name, int otherwise) {
    int at = given.indexOf(name);
    if (at < 0 || at + 1 >= given.size()) {
      return otherwise;
    }
    given.remove(at);
    return Integer.parseInt(given.remove(at));
  }

  private static void measure(Path recording, CompilerMode compiler, int rounds, boolean tsv)
      throws IOException {
    run(recording, compiler, Checks.REMEMBERED); // warms up
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      boolean first = round % 2 == 0;
      (first ? without : with)
          .add(run(recording, compiler, first ? Checks.IGNORED : Checks.REMEMBERED));
      (first ? with : without)
          .add(run(recording, compiler, first ? Checks.REMEMBERED : Checks.IGNORED));
      if (!tsv) {
        System.out.printf(
            "round %d: without %.2f s, with %.2f s%n",
            round + 1, without.getLast(), with.getLast());
      }
    }
    double share = median(with) / median(without) - 1;
    String verdict = share <= SHARE_MAX ? "met" : "missed";
    if (tsv) {
      System.out.printf(
          "checks\t%.3f\t%.3f\t%.4f\t%.2f\t%s%n",
          median(with), median(without), share, SHARE_MAX, verdict);
    } else {
      System.out.printf(
          "median: without %.2f s, with %.2f s of CPU: the checks add %.2f %% (at most %.0f %%: %s)%n",
          median(without), median(with), 100 * share, 100 * SHARE_MAX, verdict);
    }
  }

  /** Seconds of this thread's CPU time. */
  private static double run(Path recording, CompilerMode compiler, Checks checks)
      throws IOException {
    long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    RecordingReplay.Result result =
        RecordingReplay.run(recording, compiler, checks, position -> {});
    long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun;
    if (result.difference().isPresent()) {
      throw new IOException("the recording differs: " + result.difference().get());
    }
    System.err.printf(
        "%,.0f million steps, %,d checks of the recording%n",
        result.position() / MILLIONS, result.hashesCompared());
    return nanos / NANOS_PER_SECOND;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
