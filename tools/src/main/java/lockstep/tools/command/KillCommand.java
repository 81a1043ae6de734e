package lockstep.tools.command;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.cluster.Target;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep kill}: takes a server down, as an accident would. */
@Command(
    name = "kill",
    description = "Kills a server with SIGKILL, or sends it another signal.",
    footer = {
      "",
      "Examples:",
      "  lockstep kill primary                 the backup goes live",
      "  lockstep kill primary --signal STOP   the same, silently",
      "  lockstep kill vmm-1 --signal CONT     lets the one that was stopped find itself fenced; it is",
      "                                        no longer `primary` then: status says which it was",
      "  lockstep kill disk-server             the keeper that `lockstep up` runs starts it again"
    })
public final class KillCommand implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Parameters(
      paramLabel = "SERVER",
      description =
          "primary, backup, disk-server, client-proxy; or a process: vmm-1, vmm-2, vmm-3.")
  private String server = "";

  @Option(
      names = "--signal",
      paramLabel = "NAME",
      defaultValue = "KILL",
      description = "KILL, STOP, CONT, TERM, … (default: ${DEFAULT-VALUE}).")
  private String signal = "KILL";

  @Option(names = "--force", description = "Also the only replica that has the running guest.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      ServerProcess process = Target.find(server, cluster);
      Optional<ReplicaView> only =
          force ? Optional.<ReplicaView>empty() : onlyReplica(process, cluster);
      if (only.isPresent()) {
        throw new IOException(
            process.name()
                + " runs the guest without a backup right now ("
                + only.get().role()
                + "): wait until `lockstep status` says protected, or say --force to lose the"
                + " running guest");
      }
      long pid = process.running().map(ProcessHandle::pid).orElse(-1L);
      if (!process.signal(signal.toUpperCase(Locale.ROOT))) {
        throw new IOException(process.name() + " does not run");
      }
      String sent = signal.toUpperCase(Locale.ROOT);
      System.out.printf("%s (%s, pid %d) was sent SIG%s%n", server, process.name(), pid, sent);
      if (sent.equals("STOP")) {
        System.out.printf("lockstep kill %s --signal CONT continues it%n", process.name());
      }
      return 0;
    }
  }

  /** The replica of that process, if no other could go on with the guest, and it is to be ended. */
  private Optional<ReplicaView> onlyReplica(ServerProcess process, Cluster cluster)
      throws IOException {
    return signal.equalsIgnoreCase("CONT")
        ? Optional.<ReplicaView>empty()
        : cluster
            .live()
            .filter(live -> live.process().name().equals(process.name()))
            .filter(live -> !live.hasRole("PRIMARY"));
  }
}
