package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import lockstep.tools.cluster.ClusterNetwork.Place;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;
import org.junit.jupiter.api.Test;

final class ClusterNetworkTest {
  private static final ClusterSettings SETTINGS =
      new ClusterSettings(
          "web", 1, 2, 3, 4, 5, List.of(new ReplicaPorts(6, 7, 8), new ReplicaPorts(9, 10, 11)));

  private static Cluster cluster(ClusterNetwork network) {
    return new Cluster(new StateDirectory(Path.of("nowhere")), SETTINGS, network, List.of());
  }

  private static InetSocketAddress at(String host, int port) {
    return InetSocketAddress.createUnresolved(host, port);
  }

  @Test
  void usuallyAllIsOnLoopback() throws IOException {
    try (Cluster cluster = cluster(ClusterNetwork.loopback(SETTINGS))) {
      assertEquals(at("127.0.0.1", 1), cluster.nbd());
      assertEquals(at("127.0.0.1", 6379), cluster.published(6379));
    }
  }

  @Test
  void eachServerIsReachedAtItsPlace() throws IOException {
    ClusterNetwork network =
        ClusterNetwork.direct(SETTINGS, server -> new Place(server + ".example", List.of("enter")));
    try (Cluster cluster = cluster(network)) {
      assertEquals(at("disk-server.example", 1), cluster.nbd());
      assertEquals(at("client-proxy.example", 6379), cluster.published(6379));
      assertEquals("disk-server.example", cluster.hostAt(3));
      assertEquals("client-proxy.example", cluster.hostAt(5));
      assertEquals("vmm-1.example", cluster.hostAt(7));
      assertEquals("vmm-2.example", cluster.hostAt(10));
    }
  }
}
