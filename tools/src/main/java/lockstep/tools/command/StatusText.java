package lockstep.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;

/** What {@code status} says, a line a server and a verdict. */
final class StatusText {
  private static final double MILLIONS = 1e6;

  private StatusText() {}

  /**
   * Disk server or client proxy.
   *
   * @param answers whether it answers over HTTP
   */
  static String server(String name, Optional<ServerProcess.Running> running, boolean answers) {
    if (running.isEmpty()) {
      return "%-13s down".formatted(name);
    }
    String how = running.get().stopped() ? "stopped" : answers ? "up" : "silent";
    return "%-13s %-12s pid %d%s"
        .formatted(name, how, running.get().pid(), hint(name, running.get()));
  }

  /** What starts again what dies. */
  static String keeper(Optional<ServerProcess.Running> running) {
    return running.isEmpty()
        ? "%-13s down: what dies is not started again, until `lockstep up`".formatted("keeper")
        : server("keeper", running, true);
  }

  /**
   * A VMM.
   *
   * @param seconds between {@code before} and {@code after}
   */
  static String replica(ReplicaView before, ReplicaView after, double seconds) {
    String name = after.process().name();
    if (after.running().isEmpty() || after.status().isEmpty()) {
      return server(name, after.running(), false);
    }
    return "%-13s %-12s pid %d  epoch %d  position %,d  %.1f MIPS  lag %.1f ms  log %,d B/s%s"
            .formatted(
                name,
                after.role(),
                after.running().get().pid(),
                after.number("epoch"),
                after.number("position"),
                perSecond(before, after, "stepsTotal", seconds) / MILLIONS,
                after.decimal("lagMillis"),
                Math.round(perSecond(before, after, "logBytesTotal", seconds)),
                after.text("held").isEmpty() ? "" : "  held: " + after.text("held"))
        + paths(after)
        + transfer(after);
  }

  /** Only what is missing. */
  private static String paths(ReplicaView view) {
    JsonNode paths = view.status().map(status -> status.path("paths")).orElseThrow();
    StringBuilder missing = new StringBuilder();
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      if (!path.getValue().asBoolean()) {
        missing.append(missing.isEmpty() ? "  no way to: " : ", ").append(path.getKey());
      }
    }
    return missing.toString();
  }

  /** A state transfer under way. */
  private static String transfer(ReplicaView view) {
    JsonNode transfer = view.status().map(status -> status.path("transfer")).orElseThrow();
    if (transfer.path("round").asInt() == 0 || transfer.path("cut").asBoolean()) {
      return "";
    }
    return "%n%-13s sends its state: round %d, %.1f MB sent, %,d pages of this round left%s"
        .formatted(
            "",
            transfer.path("round").asInt(),
            transfer.path("bytesSent").asLong() / MILLIONS,
            transfer.path("pagesLeft").asLong(),
            transfer.path("heldUp").asBoolean()
                ? "; the guest is slowed until less of its writes is open or not flushed"
                : "");
  }

  /** Which process is which, and what that means for the guest. */
  static String verdict(List<ReplicaView> replicas) {
    Optional<String> primary = withRole(replicas, "PRIMARY");
    Optional<String> backup = withRole(replicas, "BACKUP");
    if (primary.isPresent() && backup.isPresent()) {
      return "protected: %s is the primary, %s its backup; the guest survives the death of either"
          .formatted(primary.get(), backup.get());
    }
    return replicas.stream()
        .filter(ReplicaView::isLive)
        .findFirst()
        .map(
            live ->
                "%s is live, but alone: the next death of its VMM ends the guest"
                    .formatted(live.process().name()))
        .orElse("nobody is live");
  }

  /** That the guest has been started from its disk more than once, if it has. */
  static Optional<String> startedAnew(List<ReplicaView> replicas) {
    return replicas.stream()
        .filter(ReplicaView::isLive)
        .map(view -> view.number("guestGeneration"))
        .filter(generation -> generation > 1)
        .findFirst()
        .map(
            generation ->
                "generation %d: the guest has been started from its disk %d times, after a reset or the loss of both replicas"
                    .formatted(generation, generation));
  }

  private static Optional<String> withRole(List<ReplicaView> replicas, String role) {
    return replicas.stream()
        .filter(view -> view.hasRole(role))
        .map(view -> view.process().name())
        .findFirst();
  }

  /** A counter's rate; 0 if the process was started anew in between. */
  private static double perSecond(
      ReplicaView before, ReplicaView after, String counter, double seconds) {
    return Math.max(0, after.number(counter) - before.number(counter)) / seconds;
  }

  private static String hint(String name, ServerProcess.Running running) {
    return running.stopped()
        ? "  (lockstep kill %s --signal CONT continues it)".formatted(name)
        : "";
  }
}
