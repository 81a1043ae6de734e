package lockstep.proxy.guest;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import lockstep.proxy.net.Ipv4Address;

/** Where the guest may connect to. */
public enum OutboundPolicy {
  /** Nowhere; DNS alone is answered. */
  DENY,

  /**
   * Everywhere but to what is not a host of the network: loopback, this-network and link-local
   * addresses (clouds serve their credentials there), multicast; and but to {@link OwnHosts}: the
   * hosts of Lockstep's servers stay out of the guest's reach.
   */
  ALLOW,

  /**
   * As {@link #ALLOW}; and the gateway's address is the loopback of the proxy's host, less the
   * ports of Lockstep's servers that the proxy knows.
   */
  LOOPBACK_AS_GATEWAY;

  /**
   * Parses {@code deny}, {@code allow} or {@code loopback-as-gateway}.
   *
   * @throws IllegalArgumentException if {@code text} is anything else
   */
  public static OutboundPolicy parse(String text) {
    for (OutboundPolicy policy : values()) {
      if (policy.toString().equals(text)) {
        return policy;
      }
    }
    throw new IllegalArgumentException("not an outbound policy: " + text);
  }

  /** Where a connection of the guest to {@code to} really goes; empty if it is refused. */
  Optional<InetSocketAddress> target(Ipv4Address to, int port, Ipv4Address gateway, OwnHosts own) {
    if (this == LOOPBACK_AS_GATEWAY && to.equals(gateway)) {
      return own.hasLoopbackPort(port)
          ? Optional.empty()
          : Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
    boolean host =
        !to.equals(gateway)
            && !to.isLoopback()
            && !to.isThisNetwork()
            && !to.isLinkLocal()
            && !to.isMulticastOrReserved();
    return this == DENY || !host || own.contains(to.toInetAddress())
        ? Optional.empty()
        : Optional.of(new InetSocketAddress(to.toInetAddress(), port));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
