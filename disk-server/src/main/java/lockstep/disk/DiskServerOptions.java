package lockstep.disk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.nbd.Nbd;

/**
 * How a disk server is started.
 *
 * <p>Memory: RocksDB takes at most some 150 MB (cache 48, write buffers 64, tables and their
 * indexes), the buffers of slow clients are bounded; with {@code -Xmx128m
 * -XX:MaxDirectMemorySize=64m} the process stays below 512 MB.
 *
 * @param dataDirectory where everything is kept; made if it is missing or empty
 * @param nbd where NBD clients connect; port 0 takes a free one
 * @param arbiter where replicas and proxies ask the arbiter; port 0 takes a free one
 * @param http metrics, health, status, definitions and blobs; port 0 takes a free one
 * @param leaseMillis length of a lease
 */
public record DiskServerOptions(
    Path dataDirectory,
    InetSocketAddress nbd,
    InetSocketAddress arbiter,
    InetSocketAddress http,
    long leaseMillis) {
  public static final int NBD_PORT = Nbd.PORT;
  public static final int ARBITER_PORT = 10810;
  public static final int HTTP_PORT = 10811;

  /** The usual ports, on loopback. */
  public static DiskServerOptions onLoopback(Path dataDirectory) {
    return on(dataDirectory, InetAddress.getLoopbackAddress());
  }

  /** The usual ports, on {@code host}. */
  public static DiskServerOptions on(Path dataDirectory, InetAddress host) {
    return new DiskServerOptions(
        dataDirectory,
        new InetSocketAddress(host, NBD_PORT),
        new InetSocketAddress(host, ARBITER_PORT),
        new InetSocketAddress(host, HTTP_PORT),
        ArbiterRules.LEASE_MILLIS_DEFAULT);
  }

  /** The same with free ports; {@link DiskServer} tells which. */
  public DiskServerOptions withFreePorts() {
    return new DiskServerOptions(
        dataDirectory,
        new InetSocketAddress(nbd.getAddress(), 0),
        new InetSocketAddress(arbiter.getAddress(), 0),
        new InetSocketAddress(http.getAddress(), 0),
        leaseMillis);
  }
}
