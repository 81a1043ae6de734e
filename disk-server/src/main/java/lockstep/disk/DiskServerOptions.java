package lockstep.disk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.nbd.Nbd;

/**
 * How a disk server is started.
 *
 * <p>Memory: what {@code storeMemoryBytes} says, some 40 MB for the arbiter's store and the open
 * tables, and the JVM. The buffers of slow clients are bounded; with {@code -Xmx160m
 * -XX:MaxDirectMemorySize=128m} the process stays below 512 MB.
 *
 * @param dataDirectory where everything is kept; made if it is missing or empty
 * @param store how blocks are kept; empty for what the directory has, RocksDB if it is new
 * @param storeMemoryBytes what the block store's buffers and caches may take
 * @param nbd where NBD clients connect; port 0 takes a free one
 * @param tls for NBD clients
 * @param arbiter where replicas and proxies ask the arbiter; port 0 takes a free one
 * @param http metrics, health, status, definitions and blobs; port 0 takes a free one
 * @param leaseMillis length of a lease
 */
public record DiskServerOptions(
    Path dataDirectory,
    Optional<StoreKind> store,
    long storeMemoryBytes,
    InetSocketAddress nbd,
    Optional<TlsOptions> tls,
    InetSocketAddress arbiter,
    InetSocketAddress http,
    long leaseMillis) {
  public static final int NBD_PORT = Nbd.PORT;
  public static final int ARBITER_PORT = 10810;
  public static final int HTTP_PORT = 10811;
  public static final long STORE_MEMORY_BYTES_DEFAULT = 160L << 20;

  /** The usual ports, on loopback. */
  public static DiskServerOptions onLoopback(Path dataDirectory) {
    return on(dataDirectory, InetAddress.getLoopbackAddress());
  }

  /** The usual ports, on {@code host}. */
  public static DiskServerOptions on(Path dataDirectory, InetAddress host) {
    return new DiskServerOptions(
        dataDirectory,
        Optional.empty(),
        STORE_MEMORY_BYTES_DEFAULT,
        new InetSocketAddress(host, NBD_PORT),
        Optional.empty(),
        new InetSocketAddress(host, ARBITER_PORT),
        new InetSocketAddress(host, HTTP_PORT),
        ArbiterRules.LEASE_MILLIS_DEFAULT);
  }

  /** The same with free ports; {@link DiskServer} tells which. */
  public DiskServerOptions withFreePorts() {
    return new DiskServerOptions(
        dataDirectory,
        store,
        storeMemoryBytes,
        new InetSocketAddress(nbd.getAddress(), 0),
        tls,
        new InetSocketAddress(arbiter.getAddress(), 0),
        new InetSocketAddress(http.getAddress(), 0),
        leaseMillis);
  }

  /** The same with another store. */
  public DiskServerOptions with(StoreKind kind) {
    return new DiskServerOptions(
        dataDirectory, Optional.of(kind), storeMemoryBytes, nbd, tls, arbiter, http, leaseMillis);
  }

  /** The same with TLS. */
  public DiskServerOptions with(TlsOptions wanted) {
    return new DiskServerOptions(
        dataDirectory,
        store,
        storeMemoryBytes,
        nbd,
        Optional.of(wanted),
        arbiter,
        http,
        leaseMillis);
  }
}
