package lockstep.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import lockstep.proxy.guest.OutboundPolicy;
import lockstep.proxy.guest.ProxyLimits;

/**
 * How a client proxy is started.
 *
 * @param vm name of the VM whose guest it serves
 * @param definitions {@code host:port} of the disk server's HTTP side, which has the definition
 * @param arbiter {@code host:port} of the arbiter
 * @param link where replicas are listened for
 * @param publishHost where the published ports are listened at
 * @param http where metrics and health are served
 * @param outbound where the guest may connect to
 * @param resolver the resolver that the guest's DNS questions go to; empty for the host's own
 * @param limits of connections and memory
 * @param definitionTimeout how long the disk server may take to tell the definition
 */
public record ClientProxyOptions(
    String vm,
    InetSocketAddress definitions,
    InetSocketAddress arbiter,
    InetSocketAddress link,
    InetAddress publishHost,
    InetSocketAddress http,
    OutboundPolicy outbound,
    Optional<InetSocketAddress> resolver,
    ProxyLimits limits,
    Duration definitionTimeout) {

  public static final int LINK_PORT = 10830;
  public static final int HTTP_PORT = 10831;

  /** Everything on loopback; the guest may connect outwards, but not to the host's loopback. */
  public static ClientProxyOptions on(
      String vm, InetSocketAddress definitions, InetSocketAddress arbiter) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return new ClientProxyOptions(
        vm,
        definitions,
        arbiter,
        new InetSocketAddress(loopback, LINK_PORT),
        loopback,
        new InetSocketAddress(loopback, HTTP_PORT),
        OutboundPolicy.ALLOW,
        Optional.empty(),
        ProxyLimits.DEFAULT,
        Duration.ofSeconds(60));
  }
}
