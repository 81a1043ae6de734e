package lockstep.tools.chaos.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import lockstep.tools.chaos.network.StormNetwork.Kind;
import lockstep.tools.cluster.ClusterNetwork.Place;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;
import lockstep.tools.image.HostLacksException;
import org.junit.jupiter.api.Test;

final class StormNetworkTest {
  private static final ClusterSettings SETTINGS =
      new ClusterSettings("storm", 1, 2, 3, 4, 5, List.of(new ReplicaPorts(6, 7, 8)));

  private static StormNetwork refused(ClusterSettings settings) throws HostLacksException {
    throw new HostLacksException("Operation not permitted");
  }

  /** Stands for namespaces where they can be made. */
  private static StormNetwork made(ClusterSettings settings) throws IOException {
    return new RelayNetwork(settings, "namespaces");
  }

  private static String text(Kind kind, StormNetwork.Maker namespaces) throws Exception {
    try (StormNetwork network = StormNetwork.make(kind, SETTINGS, namespaces)) {
      return network.text();
    }
  }

  @Test
  void namespacesAreTakenWhereTheyCanBeMade() throws Exception {
    assertEquals("namespaces", text(Kind.AUTO, StormNetworkTest::made));
    assertEquals("namespaces", text(Kind.NAMESPACES, StormNetworkTest::made));
  }

  @Test
  void relaysAreTakenElsewhereAndItIsSaidWhy() throws Exception {
    assertEquals(
        "relays; no network namespaces: Operation not permitted",
        text(Kind.AUTO, StormNetworkTest::refused));
  }

  @Test
  void whoWantsNamespacesGetsNoRelays() {
    assertThrows(HostLacksException.class, () -> text(Kind.NAMESPACES, StormNetworkTest::refused));
  }

  @Test
  void whoWantsRelaysGetsThem() throws Exception {
    assertEquals("relays", text(Kind.RELAYS, StormNetworkTest::made));
  }

  @Test
  void relaysAreMendedTogether() throws Exception {
    try (StormNetwork network = StormNetwork.make(Kind.RELAYS, SETTINGS)) {
      Wires wires = network.wires(0);
      List<Wire> all =
          List.of(
              wires.disks(), wires.arbiter(), wires.proxy(), wires.log(), network.proxyToArbiter());
      for (Wire wire : all) {
        wire.hold(Wire.Way.BACK);
      }
      assertTrue(all.stream().noneMatch(Wire::isOpen));
      network.mend();
      assertTrue(all.stream().allMatch(Wire::isOpen));
      assertEquals(Place.LOOPBACK, network.cluster().places().apply("disk-server"));
    }
  }
}
