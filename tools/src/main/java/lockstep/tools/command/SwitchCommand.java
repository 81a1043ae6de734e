package lockstep.tools.command;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lockstep switch}: primary and backup switch their roles. */
@Command(
    name = "switch",
    description = {
      "Switches the roles of primary and backup while the guest runs on.",
      "The guest stands still for some milliseconds, is protected all the time, and nothing is sent",
      "anew. Refused while there is no backup, or one that lacks a way to the outside."
    },
    footer = {
      "",
      "Example:",
      "  lockstep switch && lockstep kill backup   the VMM that was the primary is taken down"
    })
public final class SwitchCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(20);

  @Mixin private StateOption state = new StateOption();

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      ReplicaView before =
          cluster.live().orElseThrow(() -> new IOException("nobody is live: lockstep status"));
      String name = before.process().name();
      var _ = cluster.http().post(before.ports().httpPort(), "/switch");
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < deadline) {
        // In this order: who is the backup can't have been asked before the switch.
        Optional<ReplicaView> backup =
            cluster.backup().filter(view -> view.process().name().equals(name));
        Optional<ReplicaView> primary = cluster.primary();
        if (backup.isPresent() && primary.isPresent()) {
          System.out.printf(
              "%s is the primary now, %s its backup; the guest stood still for %.1f ms%n",
              primary.get().process().name(), name, backup.get().decimal("handOverMillis"));
          return 0;
        }
        Cluster.sleep(POLL);
      }
      throw new IOException(
          "the roles are not switched after "
              + PATIENCE.toSeconds()
              + " s; lockstep status says who is what");
    }
  }
}
