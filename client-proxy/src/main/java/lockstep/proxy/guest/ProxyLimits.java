package lockstep.proxy.guest;

import lockstep.proxy.tcp.TcpLimits;

/**
 * Every bound of the proxy.
 *
 * @param tcp of each connection to the guest
 * @param connectionsMax connections with a socket, both directions together
 * @param timeWaitMax connections that only linger; beyond it the oldest is forgotten
 * @param bufferBytesMax what all connections may hold together, both ways; at least {@code
 *     connectionsMax} times twice the initial share of {@code tcp}
 * @param readBytesMax what is read from a client at once; no more than the initial share
 * @param connectTimeoutMillis for connections of the guest to the outside
 * @param dnsQuestionsMax questions that wait for their answer
 */
public record ProxyLimits(
    TcpLimits tcp,
    int connectionsMax,
    int timeWaitMax,
    long bufferBytesMax,
    int readBytesMax,
    int connectTimeoutMillis,
    int dnsQuestionsMax) {

  /** 1024 connections in 192 MiB. */
  public static final ProxyLimits DEFAULT =
      new ProxyLimits(TcpLimits.DEFAULT, 1024, 16_384, 192L << 20, 32 << 10, 10_000, 256);

  public ProxyLimits {
    if (readBytesMax > tcp.initialBytes()) {
      throw new IllegalArgumentException("a read does not fit a connection's first share");
    }
    if (bufferBytesMax < 2L * connectionsMax * tcp.initialBytes()) {
      throw new IllegalArgumentException("no memory for " + connectionsMax + " connections");
    }
  }
}
