package lockstep.proxy.guest;

import lockstep.proxy.tcp.TcpLimits;

/**
 * Every bound of the proxy. The launcher gives it a heap that holds the buffers twice: what is made
 * of them on their way, and connections that linger, take memory too.
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

  /** 1024 connections in 128 MiB. */
  public static final ProxyLimits DEFAULT =
      new ProxyLimits(TcpLimits.DEFAULT, 1024, 8192, 128L << 20, 32 << 10, 10_000, 256);

  /** The default, or of its connections and buffers what half a heap of {@code heapBytes} holds. */
  public static ProxyLimits within(long heapBytes) {
    long buffers = Math.min(DEFAULT.bufferBytesMax, heapBytes / 2);
    long connections = buffers / (2L * DEFAULT.tcp.initialBytes());
    return new ProxyLimits(
        DEFAULT.tcp,
        (int) Math.min(DEFAULT.connectionsMax, connections),
        DEFAULT.timeWaitMax,
        buffers,
        DEFAULT.readBytesMax,
        DEFAULT.connectTimeoutMillis,
        DEFAULT.dnsQuestionsMax);
  }

  public ProxyLimits {
    if (readBytesMax > tcp.initialBytes()) {
      throw new IllegalArgumentException("a read does not fit a connection's first share");
    }
    if (bufferBytesMax < 2L * connectionsMax * tcp.initialBytes()) {
      throw new IllegalArgumentException("no memory for " + connectionsMax + " connections");
    }
  }
}
