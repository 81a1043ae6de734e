package lockstep.benchmarks.detection;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.benchmarks.cluster.BenchCluster;
import lockstep.benchmarks.cluster.Counters;
import lockstep.benchmarks.cluster.GuestBenchOptions;
import lockstep.tools.Lockstep;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.image.Guest;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starves a pair of the host's time, then ends primaries, and prints what was noticed when. */
@Command(
    name = "bench detection",
    mixinStandardHelpOptions = true,
    description =
        "Boots a guest, protects it, and has clients count in its Redis. Then starves the pair of"
            + " the host's time in several ways, and counts how often a replica is taken for dead"
            + " that is only slow; and stops and kills primaries: how soon each is missed, and how"
            + " long clients wait. Uses processes and ports of its own.")
public final class DetectionBench implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SERVED_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(10);

  @Mixin private GuestBenchOptions options = new GuestBenchOptions();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "For how long the pair is starved in each way (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--starve",
      paramLabel = "WAY",
      split = ",",
      description = "Some of ${COMPLETION-CANDIDATES} (default: all).")
  private List<Starvation> ways = List.of(Starvation.values());

  @Option(
      names = "--ends",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "How many primaries are stopped, and how many killed (default: ${DEFAULT-VALUE}).")
  private int ends;

  @Option(
      names = "--settle",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description =
          "A pair is left alone so long before its primary is ended (default: ${DEFAULT-VALUE}).")
  private int settleSeconds;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "4",
      description = "Clients that count (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--silence",
      paramLabel = "MS",
      description = "As of lockstep vmm (default: that of lockstep vmm).")
  private Optional<Integer> silence = Optional.empty();

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new DetectionBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, ImageException {
    Progress progress = Progress.onStandardError();
    Guest guest = options.ensureGuest(progress);
    List<String> vmmOptions =
        silence.map(millis -> List.of("--silence", millis.toString())).orElse(List.of());
    List<Alarms> alarms = new ArrayList<>();
    Ends stops = new Ends();
    Ends deaths = new Ends();
    try (BenchCluster cluster =
        BenchCluster.start(options.place("detection"), guest, 0, vmmOptions, progress)) {
      cluster.bootAlone(progress);
      cluster.protect();
      try (Counters counters = Counters.start(cluster.redisPort(), clients)) {
        for (Starvation way : ways) {
          alarms.add(starve(cluster, way));
        }
        for (int i = 0; i < ends; i++) {
          end(cluster, counters, "STOP", stops);
          end(cluster, counters, "KILL", deaths);
        }
        counters.losses().forEach(loss -> System.err.println("a client: " + loss));
      }
    }
    Report report = new Report(alarms, stops, deaths);
    if (options.tsv()) {
      report.printTsv(System.out);
    } else {
      report.printTable(System.out);
    }
    return 0;
  }

  /** Leaves a pair alone for a while, and makes another should it not hold. */
  private void settle(BenchCluster cluster) throws IOException {
    do {
      cluster.protect();
      Cluster.sleep(Duration.ofSeconds(settleSeconds));
    } while (!cluster.isProtected());
  }

  // False alarms.

  private Alarms starve(BenchCluster cluster, Starvation way) throws IOException {
    long nanosLeft = Duration.ofSeconds(seconds).toNanos();
    Alarms sum = new Alarms(way, 0, 0, 0, 0);
    while (nanosLeft > 0) {
      settle(cluster);
      System.err.println("starving the pair: " + way.title());
      Alarms more = starveOnePair(cluster, way, nanosLeft);
      nanosLeft -= more.nanos();
      sum =
          new Alarms(
              way,
              sum.nanos() + more.nanos(),
              sum.alarms() + more.alarms(),
              sum.switches() + more.switches(),
              Math.max(sum.limitMillis(), more.limitMillis()));
    }
    return sum;
  }

  /** Until the time is over, or the pair is another. */
  private static Alarms starveOnePair(BenchCluster cluster, Starvation way, long nanos)
      throws IOException {
    ReplicaView primary = cluster.live();
    ReplicaView backup = backup(cluster);
    double limitMillis = 0;
    long began = System.nanoTime();
    Optional<ReplicaView> next = Optional.empty();
    try (Starvation.UnderWay _ = way.begin(pid(primary), pid(backup))) {
      while (next.isEmpty() && System.nanoTime() - began < nanos) {
        Cluster.sleep(LOOK);
        for (ReplicaView view : cluster.cluster().replicas()) {
          if (view.isLive() && view.number("epoch") != primary.number("epoch")) {
            next = Optional.of(view);
          }
          if (view.hasRole("BACKUP")) {
            limitMillis = Math.max(limitMillis, view.decimal("silenceLimitMillis"));
          }
        }
      }
    }
    boolean switched =
        next.filter(view -> view.text("peer").equals(primary.text("replica"))).isPresent();
    int alarms = next.isPresent() && !switched ? 1 : 0;
    long took = System.nanoTime() - began;
    return new Alarms(way, took, alarms, switched ? 1 : 0, limitMillis);
  }

  // Ends.

  /** Ends the primary; stopped, it is killed once it was missed. */
  private void end(BenchCluster cluster, Counters counters, String signal, Ends ends)
      throws IOException {
    settle(cluster);
    ReplicaView primary = cluster.live();
    ReplicaView backup = backup(cluster);
    ServerProcess process = primary.process();
    ProcessHandle handle =
        process.running().orElseThrow(() -> new IOException(process.name() + " has ended"));
    Instant endedAt;
    try (Signals signals = Signals.open()) {
      var _ = counters.takeLongestWaitNanos();
      endedAt = Instant.now();
      signals.send(signal, handle.pid());
    }
    Instant missedAt = awaitSealed(backup, endedAt);
    awaitServed(counters);
    ends.detected().add(Math.max(0, Duration.between(endedAt, missedAt).toNanos()));
    ends.waits().add(counters.takeLongestWaitNanos());
    System.err.printf(
        "SIG%s to %s: missed after %d ms%n",
        signal, process.name(), Duration.between(endedAt, missedAt).toMillis());
    handle.destroyForcibly();
    if (!ServerProcess.awaitEnd(handle, END_TIMEOUT)) {
      throw new IOException(process.name() + " has survived SIGKILL");
    }
  }

  private static Instant awaitSealed(ReplicaView backup, Instant since) throws IOException {
    long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<Instant> sealed =
          RoleLog.lastSealedAt(Files.readAllLines(backup.process().logFile()));
      // The log's times have milliseconds.
      if (sealed.isPresent() && !sealed.get().isBefore(since.minusMillis(1))) {
        return sealed.get();
      }
      Cluster.sleep(POLL);
    }
    throw new IOException(backup.process().name() + " has not missed its primary");
  }

  /** Until clients have answers again, whose primary was missed. */
  private void awaitServed(Counters counters) throws IOException {
    long answered = counters.answers();
    long deadline = System.nanoTime() + SERVED_TIMEOUT.toNanos();
    while (counters.answers() <= answered + 2L * clients) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the clients are not served any more: " + counters.losses());
      }
      Cluster.sleep(POLL);
    }
    Cluster.sleep(LOOK.multipliedBy(5)); // one that TCP has to ask again for comes later
  }

  private static ReplicaView backup(BenchCluster cluster) throws IOException {
    return cluster.cluster().backup().orElseThrow(() -> new IOException("the guest has no backup"));
  }

  private static long pid(ReplicaView view) throws IOException {
    return view.running()
        .map(ServerProcess.Running::pid)
        .orElseThrow(() -> new IOException(view.process().name() + " has ended"));
  }
}
