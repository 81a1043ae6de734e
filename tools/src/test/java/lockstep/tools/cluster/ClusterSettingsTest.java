package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterSettingsTest {
  @TempDir private Path root = Path.of("");

  @Test
  void everyServerGetsPortsOfItsOwn() throws IOException {
    ClusterSettings chosen = ClusterSettings.loadOrChoose(state(), "guest");
    assertEquals(ClusterSettings.REPLICAS, chosen.replicas().size());
    List<Integer> ports = ports(chosen);
    Set<Integer> different = new HashSet<>(ports);
    assertEquals(ports.size(), different.size(), ports.toString());
    assertTrue(ports.stream().allMatch(port -> port > 0 && port < 65536), ports.toString());
  }

  @Test
  void whatWasChosenStays() throws IOException {
    assertEquals(Optional.empty(), ClusterSettings.load(state()));
    ClusterSettings chosen = ClusterSettings.loadOrChoose(state(), "guest");
    assertEquals(chosen, ClusterSettings.loadOrChoose(state(), "another"));
    assertEquals(Optional.of(chosen), ClusterSettings.load(state()));
  }

  @Test
  void twoStateDirectoriesStandSideBySide() throws IOException {
    ClusterSettings one = ClusterSettings.loadOrChoose(state(), "guest");
    Cluster cluster = new Cluster(state(), one);
    assertEquals(
        List.of("disk-server", "client-proxy", "vmm-1", "vmm-2", "vmm-3"),
        cluster.processes().stream().map(ServerProcess::name).toList());
    assertTrue(cluster.diskServer().logFile().startsWith(root));
    cluster.close();
  }

  @Test
  void aStateDirectoryThatWasNeverUsedIsToldAsSuch() {
    IOException refused = assertThrows(IOException.class, () -> Cluster.of(state()));
    assertEquals("nothing was started in " + root + " yet: lockstep up", refused.getMessage());
  }

  private static List<Integer> ports(ClusterSettings settings) {
    IntStream servers =
        IntStream.of(
            settings.nbdPort(),
            settings.arbiterPort(),
            settings.diskHttpPort(),
            settings.linkPort(),
            settings.proxyHttpPort());
    Stream<Integer> replicas = settings.replicas().stream().flatMap(ClusterSettingsTest::ports);
    return Stream.concat(servers.boxed(), replicas).toList();
  }

  private static Stream<Integer> ports(ReplicaPorts ports) {
    return Stream.of(ports.logPort(), ports.httpPort(), ports.consolePort());
  }

  private StateDirectory state() {
    return new StateDirectory(root);
  }
}
