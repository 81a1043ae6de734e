package lockstep.tools.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was chosen when a state directory was first used, and stays. Every port is bound to
 * loopback.
 *
 * @param vm name of the VM
 * @param nbdPort the disk server's NBD port
 * @param arbiterPort the disk server's arbiter port
 * @param diskHttpPort the disk server's HTTP port
 * @param linkPort the proxy's port for replicas
 * @param proxyHttpPort the proxy's HTTP port
 * @param replicas ports of the VMMs, in the order of their names, {@code vmm-1} first
 */
public record ClusterSettings(
    String vm,
    int nbdPort,
    int arbiterPort,
    int diskHttpPort,
    int linkPort,
    int proxyHttpPort,
    List<ReplicaPorts> replicas) {

  /**
   * @param logPort accepts log channels
   * @param httpPort metrics, health, status
   * @param consolePort the guest's console, raw
   */
  public record ReplicaPorts(int logPort, int httpPort, int consolePort) {}

  /** How many replicas {@code up} starts: a primary, its backup, and a spare. */
  public static final int REPLICAS = 3;

  private static final int PORTS = 5 + 3 * REPLICAS;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  public ClusterSettings {
    replicas = List.copyOf(replicas);
  }

  /** The settings of {@code state}, if it has been used before. */
  public static Optional<ClusterSettings> load(StateDirectory state) throws IOException {
    if (!Files.exists(state.settingsFile())) {
      return Optional.empty();
    }
    return Optional.of(MAPPER.readValue(state.settingsFile().toFile(), ClusterSettings.class));
  }

  /** Chooses free ports and writes them down, unless that was done before. */
  public static ClusterSettings loadOrChoose(StateDirectory state, String vm) throws IOException {
    Optional<ClusterSettings> known = load(state);
    if (known.isPresent()) {
      return known.get();
    }
    ClusterSettings chosen = choose(vm);
    state.create();
    MAPPER.writeValue(state.settingsFile().toFile(), chosen);
    return chosen;
  }

  private static ClusterSettings choose(String vm) throws IOException {
    List<Integer> free = FreePorts.choose(PORTS);
    List<ReplicaPorts> replicas = new ArrayList<>();
    for (int i = 5; i < PORTS; i += 3) {
      replicas.add(new ReplicaPorts(free.get(i), free.get(i + 1), free.get(i + 2)));
    }
    return new ClusterSettings(
        vm, free.get(0), free.get(1), free.get(2), free.get(3), free.get(4), replicas);
  }
}
