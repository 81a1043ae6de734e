package lockstep.proxy.guest;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The hosts that Lockstep runs on: the proxy's own, the disk server's, the VMMs'. The guest is kept
 * away from them, for their control ports ask nobody who he is.
 *
 * <p>Not thread-safe.
 */
public final class OwnHosts {
  /** More hosts than a VM ever has; of more the eldest is forgotten. */
  private static final int HOSTS_MAX = 256;

  private final Predicate<InetAddress> local;
  private final Set<InetAddress> servers = new LinkedHashSet<>();
  private final Set<Integer> loopbackPorts = new LinkedHashSet<>();

  /** Knows this host's addresses, whichever they are when it is asked. */
  public OwnHosts() {
    this(OwnHosts::isLocal);
  }

  OwnHosts(Predicate<InetAddress> local) {
    this.local = local;
  }

  /** A server of this VM is there; if on this host's loopback, its port is kept from the guest. */
  public void add(InetSocketAddress server) {
    InetAddress address = server.getAddress();
    if (address == null) {
      return; // a name that nothing is known of
    }
    if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
      loopbackPorts.add(server.getPort());
    }
    addHost(address);
  }

  /** A peer of this VM's is there. */
  public void addHost(InetAddress address) {
    servers.remove(address);
    servers.add(address);
    if (servers.size() > HOSTS_MAX) {
      servers.remove(List.copyOf(servers).getFirst());
    }
  }

  boolean contains(InetAddress address) {
    return servers.contains(address) || local.test(address);
  }

  /** Whether a server of this VM has {@code port} of this host's loopback. */
  boolean hasLoopbackPort(int port) {
    return loopbackPorts.contains(port);
  }

  static boolean isLocal(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true; // nothing is let through unseen
    }
  }
}
