package lockstep.proxy.guest;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

final class OwnHostsTest {
  private static InetAddress address(String text) throws UnknownHostException {
    return InetAddress.getByName(text);
  }

  @Test
  void everyAddressOfThisHostIsItsOwn() throws Exception {
    OwnHosts own = new OwnHosts();
    assertTrue(
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .allMatch(own::contains));
    assertTrue(own.contains(address("127.0.0.9")));
    assertFalse(own.contains(address("203.0.113.7")));
  }

  @Test
  void serversAreAddedAsTheyAreMet() throws Exception {
    OwnHosts own = new OwnHosts();
    own.add(new InetSocketAddress(address("203.0.113.7"), 10810));
    own.addHost(address("203.0.113.8"));
    own.add(InetSocketAddress.createUnresolved("nowhere.invalid", 10810));
    assertTrue(own.contains(address("203.0.113.7")));
    assertTrue(own.contains(address("203.0.113.8")));
    assertFalse(own.contains(address("203.0.113.9")));
    assertFalse(own.hasLoopbackPort(10810), "it is another host's");
  }

  @Test
  void aServerThatListensOnLoopbackHasItsPort() throws Exception {
    OwnHosts own = new OwnHosts();
    own.add(new InetSocketAddress(address("127.0.0.1"), 10830));
    own.add(new InetSocketAddress(address("0.0.0.0"), 10831));
    assertTrue(own.hasLoopbackPort(10830));
    assertTrue(own.hasLoopbackPort(10831));
    assertFalse(own.hasLoopbackPort(6379));
  }

  @Test
  void thereIsABoundThatNoClusterMeets() throws Exception {
    OwnHosts own = new OwnHosts();
    for (int i = 0; i < 1000; i++) {
      own.addHost(InetAddress.getByAddress(new byte[] {10, 9, (byte) (i >> 8), (byte) i}));
    }
    assertFalse(own.contains(address("10.9.0.0")));
    assertTrue(own.contains(address("10.9.3.231")));
  }
}
