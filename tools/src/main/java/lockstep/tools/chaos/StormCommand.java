package lockstep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.GuestReady;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.cluster.VmSetup;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestImages;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import lockstep.tools.redis.Pauses;
import lockstep.tools.redis.RedisErrorException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep chaos storm}: one guest, fault after fault. */
@Command(
    name = "storm",
    description = {
      "Keeps one guest and does faults of all kinds to it, each once it is protected again, while",
      "clients read and write. Sums up: pauses by kind, connections lost, writes lost, and whether",
      "what the clients saw is linearizable."
    })
final class StormCommand implements Callable<Integer> {
  private static final Duration BOOT_TIMEOUT = Duration.ofMinutes(5);
  private static final String VM = "storm";
  private static final double NANOS_PER_MILLI = 1e6;

  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--faults",
      paramLabel = "COUNT",
      defaultValue = "20",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int faults;

  @Option(
      names = "--clients",
      paramLabel = "COUNT",
      defaultValue = "4",
      description = "How many clients beside the one that counts (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Of the faults and their moments (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--client-port",
      paramLabel = "PORT",
      defaultValue = "16380",
      description = "Where clients reach the guest (default: ${DEFAULT-VALUE}).")
  private int clientPort;

  /** What faults of one kind did: pauses, and times without protection. */
  private record Seen(Pauses pauses, Pauses unprotected) {}

  private final Map<StormFault, Seen> seen = new EnumMap<>(StormFault.class);

  @Override
  public Integer call() throws IOException, InterruptedException, ImageException {
    Progress progress = Progress.onStandardError();
    Guest guest = GuestImages.ensureDefault(state.directory().guest(), progress);
    Path place = state.directory().root().resolve("storm");
    if (Files.exists(place)) {
      SavedGuest.delete(place);
    }
    StateDirectory directory = new StateDirectory(place);
    directory.create();
    ClusterSettings settings = ClusterSettings.loadOrChoose(directory, VM);
    try (Cluster cluster = new Cluster(directory, settings)) {
      try {
        boot(cluster, guest, progress);
        Storm.Outcome outcome =
            new Storm(cluster, clientPort, seed).run(faults, clients, this::survived);
        print(outcome);
        return outcome.good() ? 0 : 1;
      } catch (RedisErrorException e) {
        throw new IOException("Redis answers: " + e.getMessage(), e);
      } finally {
        cluster.keeper().signal("KILL");
        SavedGuest.stopAll(cluster);
      }
    }
  }

  private void boot(Cluster cluster, Guest guest, Progress progress) throws IOException {
    cluster.startDiskServer();
    int guestPort = guest.description().ports().getFirst();
    VmSetup.of(cluster)
        .define(VmSetup.definition(VM, guest, Map.of(guestPort, clientPort), 0), guest, progress);
    cluster.startKeeper(false);
    GuestReady.await(cluster, BOOT_TIMEOUT, progress);
  }

  private void survived(int number, StormFault fault, long pauseNanos, long againNanos) {
    Seen ofKind = seen.computeIfAbsent(fault, _ -> new Seen(new Pauses(), new Pauses()));
    ofKind.pauses().add(pauseNanos);
    ofKind.unprotected().add(againNanos);
    System.out.printf(
        "%4d of %d  %-16s  pause %5.0f ms  protected again after %.1f s%n",
        number, faults, fault, pauseNanos / NANOS_PER_MILLI, againNanos / 1e9);
  }

  private void print(Storm.Outcome outcome) {
    System.out.printf(
        "%n%-18s %6s %10s %10s %10s   protected again p50%n",
        "fault", "count", "pause p50", "p99", "longest");
    seen.forEach(
        (fault, ofKind) ->
            System.out.printf(
                "%-18s %6d %7.0f ms %7.0f ms %7.0f ms   %.1f s%n",
                fault,
                ofKind.pauses().count(),
                ofKind.pauses().percentileNanos(50) / NANOS_PER_MILLI,
                ofKind.pauses().percentileNanos(99) / NANOS_PER_MILLI,
                ofKind.pauses().longestNanos() / NANOS_PER_MILLI,
                ofKind.unprotected().percentileNanos(50) / 1e9));
    System.out.printf("%nseed                      %d%n", seed);
    System.out.printf("acknowledged increments   %,d%n", outcome.counted().acknowledged());
    System.out.printf("lost writes               %d%n", outcome.counted().lost());
    System.out.printf("applied twice             %d%n", outcome.counted().repeated());
    System.out.printf(
        "connections lost          %d%n",
        outcome.connectionsLost() + (outcome.counted().ended().isEmpty() ? 0 : 1));
    System.out.printf(
        "history                   %,d operations on %,d keys: %s%n",
        outcome.operations(),
        outcome.keys(),
        outcome.notLinearizable().map(key -> key + " is NOT linearizable").orElse("linearizable"));
  }
}
