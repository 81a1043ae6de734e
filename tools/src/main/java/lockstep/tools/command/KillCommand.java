package lockstep.tools.command;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
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
      "  lockstep kill primary --signal STOP   the same, silently; CONT lets it find itself fenced",
      "  lockstep kill disk-server             lockstep up starts it again"
    })
public final class KillCommand implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Parameters(
      paramLabel = "SERVER",
      description = "primary, backup, disk-server, client-proxy; or a process: vmm-1, vmm-2.")
  private String server = "";

  @Option(
      names = "--signal",
      paramLabel = "NAME",
      defaultValue = "KILL",
      description = "KILL, STOP, CONT, TERM, … (default: ${DEFAULT-VALUE}).")
  private String signal = "KILL";

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      ServerProcess process = find(cluster);
      long pid = process.running().map(ProcessHandle::pid).orElse(-1L);
      if (!process.signal(signal.toUpperCase(Locale.ROOT))) {
        throw new IOException(process.name() + " does not run");
      }
      System.out.printf("%s (%s, pid %d) was sent SIG%s%n", server, process.name(), pid, signal);
      return 0;
    }
  }

  private ServerProcess find(Cluster cluster) throws IOException {
    for (Target target : Target.values()) {
      if (target.toString().equals(server)) {
        return target
            .find(cluster)
            .orElseThrow(() -> new IOException("there is no " + target + " right now"));
      }
    }
    for (ServerProcess process : cluster.processes()) {
      if (process.name().equals(server)) {
        return process;
      }
    }
    throw new IOException(
        "no server is named "
            + server
            + "; primary, backup, disk-server, client-proxy, vmm-1, vmm-2");
  }
}
