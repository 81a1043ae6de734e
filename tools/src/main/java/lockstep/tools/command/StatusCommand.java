package lockstep.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
    description = "Shows who is live, epoch, position, lag and log bytes per second.")
public final class StatusCommand implements Callable<Integer> {
  private static final Duration SAMPLE = Duration.ofMillis(500);
  private static final double MILLIONS = 1e6;

  @Mixin private StateOption state = new StateOption();

  @Option(names = "--json", description = "Print what each server tells, as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      if (json) {
        printJson(cluster);
        return 0;
      }
      List<ReplicaView> before = cluster.replicas();
      Cluster.sleep(SAMPLE);
      List<ReplicaView> after = cluster.replicas();
      System.out.printf("vm %s in %s%n", cluster.settings().vm(), cluster.state().root());
      printServer(cluster, cluster.diskServer(), cluster.settings().diskHttpPort());
      printServer(cluster, cluster.clientProxy(), cluster.settings().proxyHttpPort());
      for (int i = 0; i < after.size(); i++) {
        printReplica(before.get(i), after.get(i));
      }
      return printVerdict(after);
    }
  }

  private static void printServer(Cluster cluster, ServerProcess process, int httpPort)
      throws IOException {
    Optional<ProcessHandle> running = process.running();
    if (running.isEmpty()) {
      System.out.printf("%-13s down%n", process.name());
      return;
    }
    boolean answers = cluster.http().status(httpPort).isPresent();
    System.out.printf(
        "%-13s %s  pid %d%n", process.name(), answers ? "up" : "silent", running.get().pid());
  }

  private static void printReplica(ReplicaView before, ReplicaView after) throws IOException {
    Optional<ProcessHandle> running = after.process().running();
    if (running.isEmpty()) {
      System.out.printf("%-13s down%n", after.process().name());
      return;
    }
    if (after.status().isEmpty()) {
      System.out.printf("%-13s silent  pid %d%n", after.process().name(), running.get().pid());
      return;
    }
    double seconds = SAMPLE.toMillis() / 1e3;
    System.out.printf(
        "%-13s %-12s pid %d  epoch %d  position %,d  %.1f MIPS  lag %.1f ms  log %,d B/s%s%n",
        after.process().name(),
        after.role(),
        running.get().pid(),
        after.number("epoch"),
        after.number("position"),
        (after.number("stepsTotal") - before.number("stepsTotal")) / seconds / MILLIONS,
        after.decimal("lagMillis"),
        Math.round((after.number("logBytesTotal") - before.number("logBytesTotal")) / seconds),
        after.text("held").isEmpty() ? "" : "  held: " + after.text("held"));
  }

  private static int printVerdict(List<ReplicaView> replicas) {
    boolean isProtected =
        replicas.stream().anyMatch(view -> view.hasRole("PRIMARY"))
            && replicas.stream().anyMatch(view -> view.hasRole("BACKUP"));
    boolean live = replicas.stream().anyMatch(ReplicaView::isLive);
    if (isProtected) {
      System.out.println("protected: the guest survives the death of either VMM");
    } else if (live) {
      System.out.println("live, but alone: the next death of its VMM ends the guest");
    } else {
      System.out.println("nobody is live");
    }
    return live ? 0 : 1;
  }

  private static void printJson(Cluster cluster) throws IOException {
    print("disk-server", cluster.http().status(cluster.settings().diskHttpPort()));
    print("client-proxy", cluster.http().status(cluster.settings().proxyHttpPort()));
    for (ReplicaView view : cluster.replicas()) {
      print(view.process().name(), view.status());
    }
  }

  private static void print(String name, Optional<JsonNode> status) {
    System.out.printf("{\"%s\": %s}%n", name, status.map(JsonNode::toString).orElse("null"));
  }
}
