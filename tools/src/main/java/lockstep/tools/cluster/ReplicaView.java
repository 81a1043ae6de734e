package lockstep.tools.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;

/**
 * A VMM as it looked when it was asked.
 *
 * @param running its process; empty if it does not run
 * @param status what it told of itself; empty if it does not run or does not answer
 */
public record ReplicaView(
    ServerProcess process,
    ReplicaPorts ports,
    Optional<ServerProcess.Running> running,
    Optional<JsonNode> status) {

  public boolean isLive() {
    return status.map(s -> s.path("live").asBoolean()).orElse(false);
  }

  public boolean hasRole(String role) {
    return role().equals(role);
  }

  /** Its role's name, or {@code ""}. */
  public String role() {
    return status.map(s -> s.path("role").asText()).orElse("");
  }

  public boolean flag(String field) {
    return status.map(s -> s.path(field).asBoolean()).orElse(false);
  }

  public long number(String field) {
    return status.map(s -> s.path(field).asLong()).orElse(0L);
  }

  public double decimal(String field) {
    return status.map(s -> s.path(field).asDouble()).orElse(0.0);
  }

  public String text(String field) {
    return status.map(s -> s.path(field).asText()).orElse("");
  }
}
