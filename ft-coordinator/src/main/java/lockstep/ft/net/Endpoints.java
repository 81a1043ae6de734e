package lockstep.ft.net;

import com.google.common.net.HostAndPort;
import java.net.InetSocketAddress;

/** {@code host:port} as people write it, and as addresses. */
public final class Endpoints {
  private Endpoints() {}

  /**
   * Parses {@code host:port}, {@code [v6]:port} or, with a default port, a bare host.
   *
   * @throws IllegalArgumentException with a text for people if it is none
   */
  public static InetSocketAddress parse(String text, int defaultPort) {
    try {
      HostAndPort parsed = HostAndPort.fromString(text).withDefaultPort(defaultPort);
      return InetSocketAddress.createUnresolved(parsed.getHost(), parsed.getPort());
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalArgumentException("not host:port: " + text, e);
    }
  }

  /**
   * The host that a text names, without brackets.
   *
   * @throws IllegalArgumentException with a text for people if it is none, or has a port
   */
  public static String host(String text) {
    InetSocketAddress parsed = parse(text, 0);
    if (HostAndPort.fromString(text).hasPort()) {
      throw new IllegalArgumentException("a host without a port is meant, not " + text);
    }
    return parsed.getHostString();
  }

  /** Resolves the name now, for binding. */
  public static InetSocketAddress resolved(InetSocketAddress address) {
    return address.isUnresolved()
        ? new InetSocketAddress(address.getHostString(), address.getPort())
        : address;
  }

  public static String format(InetSocketAddress address) {
    String host =
        address.isUnresolved() || address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress();
    return HostAndPort.fromParts(host, address.getPort()).toString();
  }
}
