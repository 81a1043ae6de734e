package lockstep.benchmarks.switching;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.benchmarks.cluster.BenchCluster;
import lockstep.benchmarks.cluster.Counters;
import lockstep.benchmarks.cluster.GuestBenchOptions;
import lockstep.tools.Lockstep;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.image.Guest;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Switches the roles of a pair again and again, and prints what that cost. */
@Command(
    name = "bench switch",
    mixinStandardHelpOptions = true,
    description =
        "Boots a guest, protects it, has clients count in its Redis, and has primary and backup"
            + " switch their roles again and again: for how long the guest stood still, as the"
            + " VMM measures it, and how long clients waited. Uses processes and ports of its own.")
public final class SwitchBench implements Callable<Integer> {
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final Duration BETWEEN = Duration.ofMillis(500);
  private static final Duration SWITCHED_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final double NANOS_PER_MILLI = 1e6;

  @Mixin private GuestBenchOptions options = new GuestBenchOptions();

  @Option(
      names = "--switches",
      paramLabel = "N",
      defaultValue = "50",
      description = "How often roles are switched (default: ${DEFAULT-VALUE}).")
  private int times;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "4",
      description = "Clients that count; 0 for an idle guest (default: ${DEFAULT-VALUE}).")
  private int clients;

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new SwitchBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, ImageException {
    Progress progress = Progress.onStandardError();
    Guest guest = options.ensureGuest(progress);
    Switches switches = new Switches(clients);
    try (BenchCluster cluster = BenchCluster.start(options.place("switch"), guest, 0, progress)) {
      cluster.bootAlone(progress);
      try (Counters counters = Counters.start(cluster.redisPort(), clients)) {
        cluster.protect();
        Cluster.sleep(SETTLE);
        for (int i = 0; i < times; i++) {
          cluster.protect(); // should it have been lost
          switchRoles(cluster, counters, switches);
        }
        counters.losses().forEach(loss -> System.err.println("a client: " + loss));
      }
    }
    if (options.tsv()) {
      switches.printTsv(System.out);
    } else {
      switches.printTable(System.out);
    }
    return 0;
  }

  private void switchRoles(BenchCluster cluster, Counters counters, Switches switches)
      throws IOException {
    ReplicaView primary = cluster.live();
    var _ = counters.takeLongestWaitNanos();
    ask(cluster, primary);
    Optional<ReplicaView> backup = awaitBackup(cluster, primary);
    Cluster.sleep(BETWEEN);
    long waited = counters.takeLongestWaitNanos();
    if (backup.isEmpty()) {
      System.err.println("the roles were not switched; that does not count");
      return;
    }
    switches.pauses().add(Math.round(backup.get().decimal("handOverMillis") * NANOS_PER_MILLI));
    if (clients > 0) {
      switches.waits().add(waited);
    }
    System.err.printf(
        "%s handed over: %.1f ms, a client waited %.1f ms%n",
        primary.process().name(), backup.get().decimal("handOverMillis"), waited / NANOS_PER_MILLI);
  }

  /** Refused as long as the backup has not told of its ways, for example. */
  private static void ask(BenchCluster cluster, ReplicaView primary) throws IOException {
    long deadline = System.nanoTime() + SWITCHED_TIMEOUT.toNanos();
    while (true) {
      try {
        var _ = cluster.cluster().http().post(primary.ports().httpPort(), "/switch");
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Cluster.sleep(POLL);
      }
    }
  }

  /** Who was the primary as the backup; empty if it is not that in time. */
  private static Optional<ReplicaView> awaitBackup(BenchCluster cluster, ReplicaView primary)
      throws IOException {
    long deadline = System.nanoTime() + SWITCHED_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<ReplicaView> backup =
          cluster
              .cluster()
              .backup()
              .filter(view -> view.text("replica").equals(primary.text("replica")));
      if (backup.isPresent()) {
        return backup;
      }
      Cluster.sleep(POLL);
    }
    return Optional.empty();
  }
}
