package lockstep.benchmarks.protection;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import lockstep.benchmarks.cluster.BenchCluster;
import lockstep.benchmarks.cluster.CpuUse;
import lockstep.benchmarks.cluster.GuestBenchOptions;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.tools.Lockstep;
import lockstep.tools.image.Guest;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares a protected guest with the same guest alone, and beside another one. */
@Command(
    name = "bench protection",
    mixinStandardHelpOptions = true,
    description =
        "Boots two guests and loads one of them: protected, then alone, then unprotected while the"
            + " other is loaded alike (what the host's cores make of that work without the"
            + " protocol). Redis through the client proxy, TCP into and out of the guest, a"
            + " CPU-bound and a compile-like job. Prints ratios, latency that the Output Rule adds,"
            + " log bandwidth and CPU per process, beside the figures that VMware published. Uses"
            + " processes and ports of its own.")
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
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Seconds for which each workload runs before it counts, for a new backup has compiled"
              + " nothing yet (default: ${DEFAULT-VALUE}).")
  private int warmUpSeconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "2",
      description = "Rounds of all workloads in all settings (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Some of ${COMPLETION-CANDIDATES} (default: all).")
  private List<Workload> only = List.of();

  private final Measurements measurements = new Measurements();

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new ProtectionBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, ImageException {
    Progress progress = Progress.onStandardError();
    Guest guest = options.ensureGuest(progress);
    try (BenchCluster cluster =
            BenchCluster.start(options.place("protection"), guest, 0, progress);
        BenchCluster twin =
            BenchCluster.start(options.place("protection-twin"), guest, 0, progress);
        ExecutorService twinClient = Executors.newSingleThreadExecutor()) {
      cluster.bootAlone(progress);
      twin.bootAlone(progress);
      new Run(cluster, twin, twinClient).measureAll();
    }
    Report report = new Report(Runtime.getRuntime().availableProcessors(), measurements);
    if (options.tsv()) {
      report.printTsv(System.out);
    } else {
      report.printTable(System.out);
    }
    return 0;
  }

  /** The guest, and the other one that is idle except in {@link Setting#TWIN}. */
  private final class Run {
    private final BenchCluster cluster;
    private final Workload.Target target;
    private final BenchCluster twin;
    private final Workload.Target twinTarget;
    private final ExecutorService twinClient;

    Run(BenchCluster cluster, BenchCluster twin, ExecutorService twinClient) throws IOException {
      this.cluster = cluster;
      this.target = targetOf(cluster);
      this.twin = twin;
      this.twinTarget = targetOf(twin);
      this.twinClient = twinClient;
    }

    private static Workload.Target targetOf(BenchCluster cluster) throws IOException {
      return new Workload.Target(cluster.redisPort(), GuestShell.open(cluster));
    }

    void measureAll() throws IOException {
      Set<Workload> workloads =
          only.isEmpty() ? EnumSet.allOf(Workload.class) : EnumSet.copyOf(only);
      List<Setting> settings = List.of(Setting.values());
      for (int round = 0; round < rounds; round++) {
        // One way and the other in turns: what drifts harms all alike.
        for (Setting setting : round % 2 == 0 ? settings : settings.reversed()) {
          if (setting != Setting.PROTECTED) {
            cluster.goAlone();
          }
          for (Workload workload : workloads) {
            measure(workload, setting);
          }
        }
      }
    }

    private void measure(Workload workload, Setting setting) throws IOException {
      for (int tries = 0; tries < TRIES_MAX; tries++) {
        if (setting == Setting.PROTECTED) {
          cluster.protect();
        }
        System.err.println(setting.title() + ": " + workload.title());
        if (warmUpSeconds > 0) {
          run(workload, setting, Duration.ofSeconds(warmUpSeconds));
        }
        long logBefore = cluster.live().number("logBytesTotal");
        CpuUse before = CpuUse.of(cluster.cluster());
        CpuUse twinBefore = CpuUse.of(twin.cluster());
        Workload.Outcome outcome = run(workload, setting, Duration.ofSeconds(seconds));
        CpuUse after = CpuUse.of(cluster.cluster());
        CpuUse twinAfter = CpuUse.of(twin.cluster());
        long logBytes = cluster.live().number("logBytesTotal") - logBefore;
        if (cluster.isProtected() == (setting == Setting.PROTECTED) && logBytes >= 0) {
          double micros = (after.atNanos() - before.atNanos()) * MICROS_PER_NANO;
          Map<String, Double> cores = new LinkedHashMap<>(after.coresSince(before));
          cores.put("twin", twinAfter.coresOfServersSince(twinBefore));
          measurements.add(
              setting,
              workload,
              new Samples.Round(outcome, logBytes * BITS_PER_BYTE / micros, cores));
          return;
        }
        System.err.println(
            "a replica was lost meanwhile; that does not count: " + cluster.lastChangeOfRole());
      }
      throw new IOException("the pair does not hold under " + workload.title());
    }

    private Workload.Outcome run(Workload workload, Setting setting, Duration duration)
        throws IOException {
      if (setting != Setting.TWIN) {
        return workload.run(target, duration);
      }
      Future<Workload.Outcome> ofTwin = twinClient.submit(() -> workload.run(twinTarget, duration));
      Workload.Outcome outcome = workload.run(target, duration);
      try {
        ofTwin.get();
      } catch (ExecutionException e) {
        throw new IOException("the twin can't do it: " + e.getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      return outcome;
    }
  }
}
