package lockstep.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.tools.Lockstep;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep status}: who is live, and how the pair does. */
@Command(
    name = "status",
    description = {
      "Shows which process is the primary and which the backup, epoch, position, lag and log bytes",
      "per second. Ends with 0 if somebody is live, else with 1."
    })
public final class StatusCommand implements Callable<Integer> {
  private static final Duration SAMPLE = Duration.ofMillis(500);

  @Mixin private StateOption state = new StateOption();

  @Option(names = "--json", description = "Print what each server tells, as one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      List<ReplicaView> before = cluster.replicas();
      if (json) {
        printJson(cluster, before);
        return exitCode(before);
      }
      Cluster.sleep(SAMPLE);
      List<ReplicaView> after = cluster.replicas();
      System.out.printf("vm %s in %s%n", cluster.settings().vm(), cluster.state().root());
      printServer(cluster, cluster.diskServer(), cluster.settings().diskHttpPort());
      printServer(cluster, cluster.clientProxy(), cluster.settings().proxyHttpPort());
      if (cluster.keeper().wasStarted()) {
        System.out.println(StatusText.keeper(cluster.keeper().runs()));
      }
      for (int i = 0; i < after.size(); i++) {
        System.out.println(
            StatusText.replica(before.get(i), after.get(i), SAMPLE.toMillis() / 1e3));
      }
      System.out.println(StatusText.verdict(after));
      StatusText.startedAnew(after).ifPresent(System.out::println);
      return exitCode(after);
    }
  }

  private static int exitCode(List<ReplicaView> replicas) {
    return replicas.stream().anyMatch(ReplicaView::isLive) ? 0 : Lockstep.EXIT_FAILED;
  }

  private static void printServer(Cluster cluster, ServerProcess process, int httpPort)
      throws IOException {
    Optional<ServerProcess.Running> running = process.runs();
    boolean answers =
        running.isPresent()
            && !running.get().stopped()
            && cluster.http().status(httpPort).isPresent();
    System.out.println(StatusText.server(process.name(), running, answers));
  }

  private static void printJson(Cluster cluster, List<ReplicaView> replicas) throws IOException {
    ObjectNode servers = JsonNodeFactory.instance.objectNode();
    set(servers, "disk-server", cluster.http().status(cluster.settings().diskHttpPort()));
    set(servers, "client-proxy", cluster.http().status(cluster.settings().proxyHttpPort()));
    for (ReplicaView view : replicas) {
      set(servers, view.process().name(), view.status());
    }
    System.out.println(servers);
  }

  /** Null for a server that does not answer. */
  private static void set(ObjectNode servers, String name, Optional<JsonNode> status) {
    servers.set(name, status.orElseGet(servers::nullNode));
  }
}
