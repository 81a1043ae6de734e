package lockstep.tools.chaos.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lockstep.tools.chaos.network.LossyWire.End;
import lockstep.tools.chaos.network.LossyWire.Strand;
import lockstep.tools.chaos.network.NamespacePlan.Owner;
import org.junit.jupiter.api.Test;

final class NamespacePlanTest {
  /** As in {@code linux/if.h}, without the zero at the end. */
  private static final int DEVICE_NAME_MAX = 15;

  /** The largest that Linux gives. */
  private static final long PID_MAX = 4_194_304;

  private static final Subnet SUBNET = Subnet.parse("10.213.0.0/24");
  private static final List<String> SERVERS =
      List.of("disk-server", "client-proxy", "vmm-1", "vmm-2", "vmm-3");
  private static final NamespacePlan PLAN = new NamespacePlan(new Owner(42, 777), SUBNET, SERVERS);

  private static final NetworkPrograms PROGRAMS =
      new NetworkPrograms(Path.of("ip"), Path.of("ss"), Path.of("nsenter"));

  @Test
  void everyServerAndTheRouterHaveANamespaceNamedAfterTheirOwner() {
    assertEquals(
        List.of(
            "lockstep-chaos-42-777-router",
            "lockstep-chaos-42-777-disk-server",
            "lockstep-chaos-42-777-client-proxy",
            "lockstep-chaos-42-777-vmm-1",
            "lockstep-chaos-42-777-vmm-2",
            "lockstep-chaos-42-777-vmm-3"),
        PLAN.namespaces());
  }

  @Test
  void noTwoHaveOneAddress() {
    List<String> addresses =
        Stream.concat(SERVERS.stream(), Stream.of(NamespacePlan.HERE)).map(PLAN::address).toList();
    assertEquals(
        List.of(
            "10.213.0.2", "10.213.0.6", "10.213.0.10", "10.213.0.14", "10.213.0.18", "10.213.0.22"),
        addresses);
  }

  @Test
  void theLastServerStillHasItsAddressesInTheSubnet() {
    List<String> most =
        IntStream.range(0, NamespacePlan.SERVERS_MAX).mapToObj(i -> "vmm-" + i).toList();
    NamespacePlan full = new NamespacePlan(PLAN.owner(), SUBNET, most);
    assertEquals("10.213.0.250", full.address(most.getLast()));
    assertEquals("10.213.0.254", full.address(NamespacePlan.HERE));
    List<String> more = IntStream.rangeClosed(0, most.size()).mapToObj(i -> "vmm-" + i).toList();
    assertThrows(
        IllegalArgumentException.class, () -> new NamespacePlan(PLAN.owner(), SUBNET, more));
  }

  @Test
  void deviceNamesAreNotTooLong() {
    NamespacePlan longest = new NamespacePlan(new Owner(PID_MAX, 1), SUBNET, SERVERS);
    assertTrue(longest.device().length() <= DEVICE_NAME_MAX, longest.device());
    for (String server : SERVERS) {
      assertTrue(server.length() <= DEVICE_NAME_MAX, server);
    }
  }

  @Test
  void aServerHasALineToTheRouterAndAllElseBehindThat() {
    assertTrue(
        PLAN.routerLines()
            .containsAll(
                List.of(
                    "link add vmm-1 type veth peer name eth0 netns lockstep-chaos-42-777-vmm-1",
                    "addr add 10.213.0.9/30 dev vmm-1",
                    "link set vmm-1 up")),
        PLAN.routerLines().toString());
    assertEquals(
        List.of(
            "link set lo up",
            "addr add 10.213.0.10/30 dev eth0",
            "link set eth0 up",
            "route add default via 10.213.0.9"),
        PLAN.serverLines("vmm-1"));
  }

  @Test
  void thisProcessHasALineTooAndTheSubnetBehindIt() {
    assertTrue(
        PLAN.routerLines()
            .containsAll(
                List.of(
                    "link add here type veth peer name lockstep42 netns 42",
                    "addr add 10.213.0.21/30 dev here",
                    "link set here up")),
        PLAN.routerLines().toString());
    assertEquals(
        List.of(
            "addr add 10.213.0.22/30 dev lockstep42",
            "link set lockstep42 up",
            "route add 10.213.0.0/24 via 10.213.0.21 dev lockstep42"),
        PLAN.hereLines());
  }

  @Test
  void aNamespaceTellsItsOwner() {
    for (String name : PLAN.namespaces()) {
      assertEquals(Optional.of(PLAN.owner()), Owner.of(name), name);
    }
    for (String other :
        List.of(
            "lockstep-chaos-42", "lockstep-chaos-x-1-vmm-1", "web", "my-lockstep-chaos-1-1-a")) {
      assertEquals(Optional.empty(), Owner.of(other), other);
    }
  }

  @Test
  void leftOverIsWhatAStormHasMadeThatRunsNoMore() {
    List<String> all =
        List.of("web", "lockstep-chaos-42-777-vmm-1", "lockstep-chaos-42-776-vmm-1", "cni-1");
    assertEquals(
        List.of("lockstep-chaos-42-776-vmm-1"),
        NamespacePlan.leftOver(all, owner -> owner.equals(PLAN.owner())));
  }

  private static Strand strand(int number, List<String> diallers, String listener, int port) {
    return new Strand(
        number, diallers.stream().map(NamespacePlanTest::end).toList(), end(listener), port);
  }

  private static End end(String server) {
    return new End(PLAN.namespace(server), PLAN.address(server));
  }

  @Test
  void aWireLosesWhatIsForItsPortOrFromIt() {
    Strand wire = strand(0, List.of("vmm-1"), "disk-server", 10809);
    assertEquals(
        "pref 1000 from 10.213.0.10 to 10.213.0.2 ipproto tcp dport 10809 blackhole",
        wire.rule(Wire.Way.THERE));
    assertEquals(
        "pref 1001 from 10.213.0.2 to 10.213.0.10 ipproto tcp sport 10809 blackhole",
        wire.rule(Wire.Way.BACK));
  }

  @Test
  void aWireThatSeveralDialIsOneForAll() {
    Strand wire = strand(3, List.of("vmm-2", "vmm-3"), "vmm-1", 20001);
    assertEquals(
        "pref 1006 from all to 10.213.0.10 ipproto tcp dport 20001 blackhole",
        wire.rule(Wire.Way.THERE));
    assertEquals(
        "pref 1007 from 10.213.0.10 to all ipproto tcp sport 20001 blackhole",
        wire.rule(Wire.Way.BACK));
  }

  @Test
  void aCommandEntersANamespaceByItsName() {
    assertEquals(
        List.of("nsenter", "--net=/var/run/netns/lockstep-chaos-42-777-vmm-1"),
        PROGRAMS.enter(PLAN.namespace("vmm-1")));
  }
}
