package lockstep.proxy.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import lockstep.proxy.net.Ipv4Address;
import org.junit.jupiter.api.Test;

final class OutboundPolicyTest {
  private static final Ipv4Address GATEWAY = Ipv4Address.parse("10.0.2.2");

  private static Optional<InetSocketAddress> target(OutboundPolicy policy, String address) {
    return target(policy, address, new OwnHosts(_ -> false));
  }

  private static Optional<InetSocketAddress> target(
      OutboundPolicy policy, String address, OwnHosts own) {
    return policy.target(Ipv4Address.parse(address), 80, GATEWAY, own);
  }

  @Test
  void aHostOfTheNetworkIsAllowedUnlessAllIsDenied() {
    Optional<InetSocketAddress> there = Optional.of(new InetSocketAddress("192.0.2.7", 80));
    assertEquals(there, target(OutboundPolicy.ALLOW, "192.0.2.7"));
    assertEquals(there, target(OutboundPolicy.LOOPBACK_AS_GATEWAY, "192.0.2.7"));
    assertEquals(Optional.empty(), target(OutboundPolicy.DENY, "192.0.2.7"));
  }

  @Test
  void whatIsNoHostIsNeverAllowed() {
    for (String address :
        new String[] {
          "127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255"
        }) {
      for (OutboundPolicy policy : OutboundPolicy.values()) {
        assertEquals(Optional.empty(), target(policy, address), policy + " " + address);
      }
    }
  }

  @Test
  void theGatewayIsTheHostsLoopbackOnlyIfAskedFor() {
    assertEquals(Optional.empty(), target(OutboundPolicy.ALLOW, "10.0.2.2"));
    assertEquals(
        Optional.of(new InetSocketAddress("127.0.0.1", 80)),
        target(OutboundPolicy.LOOPBACK_AS_GATEWAY, "10.0.2.2"));
  }

  @Test
  void theHostsOfLockstepsServersAreNeverAllowed() throws Exception {
    OwnHosts own = new OwnHosts(address -> address.getHostAddress().equals("192.0.2.7"));
    own.addHost(InetAddress.getByName("192.0.2.8"));
    for (OutboundPolicy policy : OutboundPolicy.values()) {
      assertEquals(Optional.empty(), target(policy, "192.0.2.7", own), policy + ": this host");
      assertEquals(Optional.empty(), target(policy, "192.0.2.8", own), policy + ": a VMM's");
    }
  }

  @Test
  void noServersPortIsReachedByTheGateway() throws Exception {
    OwnHosts own = new OwnHosts(_ -> false);
    own.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), 80));
    assertEquals(Optional.empty(), target(OutboundPolicy.LOOPBACK_AS_GATEWAY, "10.0.2.2", own));
  }

  @Test
  void namesAreThoseOfTheCommandLine() {
    for (OutboundPolicy policy : OutboundPolicy.values()) {
      assertEquals(policy, OutboundPolicy.parse(policy.toString()));
    }
    assertThrows(IllegalArgumentException.class, () -> OutboundPolicy.parse("ALLOW"));
  }
}
