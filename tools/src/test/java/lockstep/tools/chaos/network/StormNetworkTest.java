package lockstep.tools.chaos.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

  @Test
  void allWiresOfAVmmAreHeldAndMendedAtOnce() throws Exception {
    ClusterSettings settings =
        new ClusterSettings(
            "storm", 1, 2, 3, 4, 5, List.of(new ReplicaPorts(6, 7, 8), new ReplicaPorts(9, 7, 8)));
    try (StormNetwork network = StormNetwork.make(Kind.RELAYS, settings)) {
      Wires own = network.wires(0);
      Wires other = network.wires(1);
      Wire all = network.allWires(0);
      List<Wire> held = List.of(own.disks(), own.arbiter(), own.proxy(), own.log(), other.log());
      all.hold();
      assertTrue(held.stream().noneMatch(Wire::isOpen));
      assertTrue(
          List.of(other.disks(), other.arbiter(), other.proxy()).stream().allMatch(Wire::isOpen));
      assertFalse(all.isOpen());
      assertTrue(network.allWires(1).isOpen(), "the other one still reaches the arbiter");
      all.mend();
      assertTrue(held.stream().allMatch(Wire::isOpen));
      assertTrue(all.isOpen());
    }
  }
}
