package lockstep.tools.command;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep down}: shuts the guest down, then the servers. */
@Command(
    name = "down",
    description = {
      "Presses the guest's power button, waits until it has shut down, then stops the servers.",
      "The guest's disk and everything else in the state directory stay."
    })
public final class DownCommand implements Callable<Integer> {
  private static final Duration SERVER_PATIENCE = Duration.ofSeconds(10);

  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long the guest may take (default: ${DEFAULT-VALUE}).")
  private int patienceSeconds;

  @Option(names = "--now", description = "Pull the plug: do not ask the guest.")
  private boolean now;

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      // First of all what would start the others again.
      cluster.keeper().stop(SERVER_PATIENCE);
      boolean clean = now || shutGuestDown(cluster);
      for (ServerProcess process : cluster.processes().reversed()) {
        // A stopped process can't hear SIGTERM; SIGCONT to a running one does nothing.
        process.signal("CONT");
        process.stop(SERVER_PATIENCE);
      }
      System.out.println(clean ? "down" : "down, but the guest did not shut down by itself");
      return 0;
    }
  }

  private boolean shutGuestDown(Cluster cluster) throws IOException {
    Optional<ReplicaView> live = cluster.live();
    if (live.isEmpty()) {
      return true;
    }
    System.out.println("asking the guest to shut down");
    int port = live.get().ports().httpPort();
    cluster.http().post(port, "/power-button");
    if (live.get().flag("paused")) {
      cluster.http().post(port, "/resume"); // to hear of it
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(patienceSeconds).toNanos();
    while (System.nanoTime() < deadline) {
      if (live.get().process().running().isEmpty()) {
        return true;
      }
      Cluster.sleep(Duration.ofMillis(100));
    }
    return false;
  }
}
