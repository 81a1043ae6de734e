package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TargetTest {
  private static final ReplicaPorts PORTS = new ReplicaPorts(1, 1, 1);
  private static final ClusterSettings SETTINGS =
      new ClusterSettings("web", 1, 1, 1, 1, 1, List.of(PORTS, PORTS));

  @TempDir private Path root = Path.of("");

  @Test
  void aProcessIsMeantByItsOwnNameWhetherItRunsOrNot() throws IOException {
    assertEquals("vmm-1", find("vmm-1").name());
    assertEquals("vmm-2", find("vmm-2").name());
  }

  @Test
  void aRoleThatNobodyHasIsToldAsSuch() {
    for (String role : List.of("primary", "backup", "disk-server", "client-proxy")) {
      IOException refused = assertThrows(IOException.class, () -> find(role));
      assertEquals("there is no " + role + " right now", refused.getMessage());
    }
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    IOException refused = assertThrows(IOException.class, () -> find("vmm-3"));
    assertEquals(
        "no server is named vmm-3; primary, backup, disk-server, client-proxy, vmm-1, vmm-2",
        refused.getMessage());
  }

  private ServerProcess find(String name) throws IOException {
    try (Cluster cluster = new Cluster(new StateDirectory(root), SETTINGS)) {
      return Target.find(name, cluster);
    }
  }
}
