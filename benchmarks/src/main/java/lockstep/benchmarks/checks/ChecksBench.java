package lockstep.benchmarks.checks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lockstep.tools.Lockstep;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.replica.RecordingReplay;
import lockstep.vmm.replica.RecordingReplay.Checks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures what comparing both machines costs. */
@Command(
    name = "bench checks",
    mixinStandardHelpOptions = true,
    description =
        "Executes a recording again and again, by turns with its checks, as each"
            + " replica of a pair makes them (hash, and remember the state for explaining a"
            + " difference), and without, and prints the seconds of CPU that the guest's"
            + " thread took for each, and what the checks add.")
public final class ChecksBench implements Callable<Integer> {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MILLIONS = 1e6;

  /** The checks may take so much of the time. */
  private static final double SHARE_MAX = 0.01;

  @Parameters(paramLabel = "RECORDING", description = "Made by `lockstep record`.")
  private Path recording = Path.of("recording.lockstep");

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often each is measured (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--compiler",
      paramLabel = "MODE",
      defaultValue = "OFF",
      description = "What executes it: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private CompilerMode compiler = CompilerMode.OFF;

  @Option(
      names = "--tsv",
      description = "Print a line of name, ours, peer, ratio, bar, and met or missed.")
  private boolean tsv;

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new ChecksBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    if (rounds < 1) {
      System.err.println("--rounds is at least 1");
      return 2;
    }
    measure();
    return 0;
  }

  private void measure() throws IOException {
    run(Checks.REMEMBERED); // warms up
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      boolean first = round % 2 == 0;
      (first ? without : with).add(run(first ? Checks.IGNORED : Checks.REMEMBERED));
      (first ? with : without).add(run(first ? Checks.REMEMBERED : Checks.IGNORED));
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
  private double run(Checks checks) throws IOException {
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
