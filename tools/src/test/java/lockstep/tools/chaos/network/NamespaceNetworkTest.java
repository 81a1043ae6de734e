package lockstep.tools.chaos.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import lockstep.tools.chaos.network.NamespacePlan.Owner;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterNetwork.Place;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;
import lockstep.tools.image.HostLacksException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real namespaces, and real processes in them, where this process may make them. */
final class NamespaceNetworkTest {
  private static final int PORT = 10809;
  private static final int LOG_PORT = 10001;
  private static final int OTHER_LOG_PORT = 10002;
  private static final ClusterSettings SETTINGS =
      new ClusterSettings(
          "storm",
          PORT,
          10810,
          10811,
          10812,
          10813,
          List.of(new ReplicaPorts(LOG_PORT, 1, 2), new ReplicaPorts(OTHER_LOG_PORT, 3, 4)));
  private static final String DIALLER = Cluster.replicaName(0);

  /** No process has this pid on Linux. */
  private static final Owner GONE = new Owner(999_999_999, 1);

  private @Nullable StormNetwork network;
  private final List<Talker> talkers = new ArrayList<>();

  @BeforeEach
  void make() throws IOException {
    try {
      network = StormNetwork.make(StormNetwork.Kind.NAMESPACES, SETTINGS);
    } catch (HostLacksException e) {
      Assumptions.abort("no network namespaces here: " + e.getMessage());
    }
  }

  @AfterEach
  void remove() throws Exception {
    for (Talker talker : talkers) {
      talker.close();
    }
    if (network != null) {
      network.close();
    }
  }

  private StormNetwork network() {
    return Objects.requireNonNull(network);
  }

  private Place place(String server) {
    return network().cluster().places().apply(server);
  }

  private Talker listen(String server, int port) throws Exception {
    Talker talker = new Talker(place(server).enter(), "listen", place(server).host(), port);
    talkers.add(talker);
    assertEquals("listens", talker.hear());
    return talker;
  }

  private Talker dial(String server, String listener, int port) throws Exception {
    Talker talker = new Talker(place(server).enter(), "dial", place(listener).host(), port);
    talkers.add(talker);
    return talker;
  }

  /** Both ends of a connection. */
  private record Ends(Talker near, Talker far) {}

  /** A connection on which {@code "one"} has arrived at the far end. */
  private Ends connect(String dialler, String listener, int port) throws Exception {
    Talker far = listen(listener, port);
    Talker near = dial(dialler, listener, port);
    near.say("one");
    assertEquals("one", far.hear());
    return new Ends(near, far);
  }

  @Test
  void whatIsSaidOnAHeldWireArrivesWhenItIsMended() throws Exception {
    Ends ends = connect(DIALLER, Cluster.DISK_SERVER, PORT);
    Talker near = ends.near();
    Talker far = ends.far();
    far.say("two");
    assertEquals("two", near.hear());
    Wire wire = network().wires(0).disks();

    wire.hold();
    near.say("three");
    assertEquals(Optional.empty(), far.hearSoon());
    far.say("four");
    assertEquals(Optional.empty(), near.hearSoon());
    assertFalse(wire.isOpen());

    wire.mend();
    assertTrue(wire.isOpen());
    assertEquals("three", far.hear());
    assertEquals("four", near.hear());
  }

  @Test
  void oneWayIsHeldAlone() throws Exception {
    Ends ends = connect(DIALLER, Cluster.DISK_SERVER, PORT);
    Talker near = ends.near();
    Talker far = ends.far();
    Wire wire = network().wires(0).disks();

    wire.hold(Wire.Way.BACK);
    near.say("two");
    assertEquals("two", far.hear());
    far.say("three");
    assertEquals(Optional.empty(), near.hearSoon());

    wire.mend();
    assertEquals("three", near.hear());

    wire.hold(Wire.Way.THERE);
    far.say("five");
    assertEquals("five", near.hear());
    near.say("four");
    assertEquals(Optional.empty(), far.hearSoon());
    network().mend();
    assertEquals("four", far.hear());
  }

  @Test
  void anotherWireToTheSameServerStaysOpen() throws Exception {
    Talker far = listen(Cluster.DISK_SERVER, PORT);
    Talker near = dial(DIALLER, Cluster.DISK_SERVER, PORT);
    network().wires(1).disks().hold();
    network().wires(0).arbiter().hold();
    near.say("one");
    assertEquals("one", far.hear());
  }

  @Test
  void bothEndsHearThatAWireIsCut() throws Exception {
    Ends ends = connect(DIALLER, Cluster.DISK_SERVER, PORT);
    Talker near = ends.near();
    Talker far = ends.far();
    Wire wire = network().wires(0).disks();

    wire.cut();
    assertEquals("ended", near.hear());
    assertEquals("ended", far.hear());
    Talker next = dial(DIALLER, Cluster.DISK_SERVER, PORT);
    next.say("two");
    assertEquals(Optional.empty(), far.hearSoon());

    wire.mend();
    assertEquals("two", far.hear());
  }

  @Test
  void aLogChannelIsCutForWhoeverHasDialled() throws Exception {
    Ends ends = connect(Cluster.replicaName(1), Cluster.replicaName(0), LOG_PORT);
    network().wires(0).log().cut();
    assertEquals("ended", ends.near().hear());
    assertEquals("ended", ends.far().hear());
  }

  @Test
  void aHostIsCutOffFromAllOthersAtOnceAndTheyNotFromEachOther() throws Exception {
    String other = Cluster.replicaName(1);
    Ends disk = connect(DIALLER, Cluster.DISK_SERVER, PORT);
    Ends dialled = connect(DIALLER, other, OTHER_LOG_PORT);
    Ends called = connect(other, DIALLER, LOG_PORT);
    Talker arbiter = listen(Cluster.DISK_SERVER, PORT + 1);
    Talker next = dial(other, Cluster.DISK_SERVER, PORT + 1);
    Wire all = network().allWires(0);

    all.hold();
    assertFalse(all.isOpen());
    for (Ends ends : List.of(disk, dialled, called)) {
      ends.near().say("two");
      assertEquals(Optional.empty(), ends.far().hearSoon());
      ends.far().say("three");
      assertEquals(Optional.empty(), ends.near().hearSoon());
    }
    next.say("one");
    assertEquals("one", arbiter.hear());

    network().mend();
    assertTrue(all.isOpen());
    for (Ends ends : List.of(disk, dialled, called)) {
      assertEquals("two", ends.far().hear());
      assertEquals("three", ends.near().hear());
    }
  }

  @Test
  void thatAHostIsCutOffIsHeardAtItsOwnConnectionsAlone() throws Exception {
    Ends own = connect(DIALLER, Cluster.DISK_SERVER, PORT);
    Ends others = connect(Cluster.replicaName(1), Cluster.DISK_SERVER, PORT + 1);
    network().allWires(0).cut();
    assertEquals("ended", own.near().hear());
    assertEquals("ended", own.far().hear());
    others.near().say("two");
    assertEquals("two", others.far().hear());
  }

  @Test
  void nothingIsLeftOnceItIsClosed() throws Exception {
    NetworkPrograms programs = NetworkPrograms.find();
    String mine = "lockstep-chaos-" + ProcessHandle.current().pid() + "-";
    assertTrue(programs.namespaces().stream().anyMatch(name -> name.startsWith(mine)));
    String device = "lockstep" + ProcessHandle.current().pid();
    assertTrue(NetworkInterface.networkInterfaces().anyMatch(i -> i.getName().equals(device)));

    network().close();
    assertTrue(programs.namespaces().stream().noneMatch(name -> name.startsWith(mine)));
    assertTrue(NetworkInterface.networkInterfaces().noneMatch(i -> i.getName().equals(device)));
  }

  @Test
  void theNextOneRemovesWhatAKilledOneHasLeft() throws Exception {
    network().close();
    NetworkPrograms programs = NetworkPrograms.find();
    String left =
        new NamespacePlan(GONE, Subnet.parse("10.0.0.0/24"), List.of()).namespace("vmm-1");
    programs.addNamespace(left);
    List<String> command = new ArrayList<>(programs.enter(left));
    command.addAll(List.of("sleep", "600"));
    Process inside = new ProcessBuilder(command).start();

    network = StormNetwork.make(StormNetwork.Kind.NAMESPACES, SETTINGS);
    assertFalse(programs.namespaces().contains(left));
    assertTrue(inside.waitFor(10, TimeUnit.SECONDS));
  }
}
