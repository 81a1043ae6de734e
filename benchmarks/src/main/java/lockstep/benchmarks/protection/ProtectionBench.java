package lockstep.benchmarks.protection;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import lockstep.benchmarks.cluster.BenchCluster;
import lockstep.benchmarks.cluster.CpuUse;
import lockstep.benchmarks.cluster.GuestBenchOptions;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.tools.image.Guest;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares a protected guest with the same guest alone. */
@Command(
    name = "bench protection",
    mixinStandardHelpOptions = true,
    description =
        "Boots a guest and loads it, protected and alone in turns, in one run: Redis through the"
            + " client proxy, TCP into and out of the guest, a CPU-bound and a compile-like job."
            + " Prints ratios, latency that the Output Rule adds, log bandwidth and CPU per"
            + " process, beside the figures that VMware published. Uses processes and ports of its"
            + " own.")
public final class ProtectionBench implements Callable<Integer> {
  private static final double BITS_PER_BYTE = 8;
  private static final double MICROS_PER_NANO = 1e-3;

  /** A host that gives a VMM no time for a second ends the pair. */
  private static final int TRIES_MAX = 5;

  @Mixin private GuestBenchOptions options = new GuestBenchOptions();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long each workload lasts in a round (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Rounds of all workloads, each protected and alone, in turns (default:"
              + " ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Some of ${COMPLETION-CANDIDATES} (default: all).")
  private List<Workload> only = List.of();

  private final Map<Workload, Samples> guarded = new EnumMap<>(Workload.class);
  private final Map<Workload, Samples> alone = new EnumMap<>(Workload.class);

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ProtectionBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, ImageException {
    Progress progress = Progress.onStandardError();
    Guest guest = options.ensureGuest(progress);
    try (BenchCluster cluster =
        BenchCluster.start(options.place("protection"), guest, 0, progress)) {
      cluster.bootAlone(progress);
      measure(cluster);
    }
    Report report = new Report(Runtime.getRuntime().availableProcessors(), guarded, alone);
    if (options.tsv()) {
      report.printTsv(System.out);
    } else {
      report.printTable(System.out);
    }
    return 0;
  }

  private void measure(BenchCluster cluster) throws IOException {
    Workload.Target target = new Workload.Target(cluster.redisPort(), GuestShell.open(cluster));
    Set<Workload> workloads = only.isEmpty() ? EnumSet.allOf(Workload.class) : EnumSet.copyOf(only);
    for (Workload workload : workloads) {
      System.err.println("warming up: " + workload.title());
      workload.run(target, Duration.ofSeconds(Math.max(1, seconds / 2)));
    }
    for (int round = 0; round < rounds; round++) {
      // Protected, alone, alone, protected: what drifts harms both alike.
      for (boolean withBackup : new boolean[] {round % 2 == 0, round % 2 != 0}) {
        if (!withBackup) {
          cluster.goAlone();
        }
        for (Workload workload : workloads) {
          measure(cluster, target, workload, withBackup);
        }
      }
    }
  }

  private void measure(
      BenchCluster cluster, Workload.Target target, Workload workload, boolean withBackup)
      throws IOException {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      if (withBackup) {
        cluster.protect();
      }
      System.err.println((withBackup ? "protected: " : "alone: ") + workload.title());
      long logBefore = cluster.live().number("logBytesTotal");
      CpuUse before = CpuUse.of(cluster.cluster());
      Workload.Outcome outcome = workload.run(target, Duration.ofSeconds(seconds));
      CpuUse after = CpuUse.of(cluster.cluster());
      long logBytes = cluster.live().number("logBytesTotal") - logBefore;
      if (cluster.isProtected() == withBackup && logBytes >= 0) {
        double micros = (after.atNanos() - before.atNanos()) * MICROS_PER_NANO;
        (withBackup ? guarded : alone)
            .computeIfAbsent(workload, _ -> new Samples())
            .add(outcome, logBytes * BITS_PER_BYTE / micros, after.coresSince(before));
        return;
      }
      System.err.println(
          "a replica was lost meanwhile; that does not count: " + cluster.lastChangeOfRole());
    }
    throw new IOException("the pair does not hold under " + workload.title());
  }
}
