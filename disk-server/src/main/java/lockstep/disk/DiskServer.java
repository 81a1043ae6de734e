package lockstep.disk;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;
import lockstep.disk.arbiter.ArbiterServer;
import lockstep.disk.http.Blobs;
import lockstep.disk.http.DiskRoutes;
import lockstep.disk.http.Routes;
import lockstep.disk.nbd.NbdServer;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.DataDirectory;
import lockstep.disk.vm.DiskKeeper;
import lockstep.disk.vm.Disks;
import lockstep.disk.vm.Vms;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.net.Endpoints;
import lockstep.ft.net.Transport;
import lockstep.ft.ops.OpsServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running disk server: NBD, arbiter and HTTP over one data directory. */
public final class DiskServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskServer.class);
  private static final int IO_THREADS = 2;
  private static final LongSupplier NANO_CLOCK = System::nanoTime;

  private final long incarnation;
  private final NbdServer nbd;
  private final ArbiterServer arbiter;
  private final OpsServer ops;

  /** Closed in the opposite order of their starts. */
  private final Deque<Runnable> closers;

  private DiskServer(
      long incarnation,
      NbdServer nbd,
      ArbiterServer arbiter,
      OpsServer ops,
      Deque<Runnable> closers) {
    this.incarnation = incarnation;
    this.nbd = nbd;
    this.arbiter = arbiter;
    this.ops = ops;
    this.closers = closers;
  }

  /**
   * Opens the data directory and starts serving.
   *
   * @throws IOException if the directory is missing a part, corrupt or in use, or an address can't
   *     be bound; the text says which
   */
  public static DiskServer start(DiskServerOptions options) throws IOException {
    Deque<Runnable> closers = new ArrayDeque<>();
    try {
      return start(options, closers);
    } catch (IOException | RuntimeException e) {
      closers.forEach(Runnable::run);
      throw e;
    }
  }

  private static DiskServer start(DiskServerOptions options, Deque<Runnable> closers)
      throws IOException {
    long incarnation = new SecureRandom().nextLong();
    MetricRegistry metrics = new MetricRegistry();
    DataDirectory data =
        DataDirectory.open(options.dataDirectory(), options.store(), options.storeMemoryBytes());
    closers.push(data::close);
    Disks disks = new Disks(data.control(), data.blocks());
    Vms vms = new Vms(data.control(), disks, new ArbiterRules(options.leaseMillis()), NANO_CLOCK);
    Transport transport = new Transport("disk-io", IO_THREADS);
    closers.push(transport::close);
    NbdServer nbd =
        new NbdServer(
            transport.eventLoops(),
            Endpoints.resolved(options.nbd()),
            vms,
            disks,
            data.blocks(),
            incarnation,
            options.tls(),
            metrics);
    closers.push(nbd::close);
    ArbiterServer arbiter =
        new ArbiterServer(
            transport, Endpoints.resolved(options.arbiter()), vms, NANO_CLOCK, metrics);
    closers.push(arbiter::close);
    OpsServer ops =
        new OpsServer(
            Endpoints.resolved(options.http()),
            metrics,
            arbiter::failure,
            () -> status(incarnation, nbd, arbiter, vms, disks, data.blocks()));
    closers.push(ops::close);
    new ArbiterGauges(vms, NANO_CLOCK).addTo(ops);
    new DiskGauges(disks).addTo(ops);
    new Routes(vms, new Blobs(data.blobs())).addTo(ops);
    DiskKeeper keeper = new DiskKeeper(vms, disks, System::currentTimeMillis);
    new DiskRoutes(vms, disks, keeper, data).addTo(ops);
    ops.start();
    LOG.info(
        "disk server up incarnation={} data={} nbd={} arbiter={} http={} vms={}",
        String.format("%016x", incarnation),
        options.dataDirectory(),
        Endpoints.format(nbd.address()),
        Endpoints.format(arbiter.address()),
        Endpoints.format(ops.address()),
        vms.all().size());
    return new DiskServer(incarnation, nbd, arbiter, ops, closers);
  }

  private static DiskServerStatus status(
      long incarnation,
      NbdServer nbd,
      ArbiterServer arbiter,
      Vms vms,
      Disks disks,
      BlockStore blocks) {
    try {
      return new DiskServerStatus(
          String.format("%016x", incarnation),
          Endpoints.format(nbd.address()),
          Endpoints.format(arbiter.address()),
          DiskServerStatus.of(vms, disks, blocks, NANO_CLOCK.getAsLong()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Drawn at random when this server started. */
  public long incarnation() {
    return incarnation;
  }

  /** Where NBD clients connect, with the real port. */
  public InetSocketAddress nbdAddress() {
    return nbd.address();
  }

  /** Where the arbiter is asked, with the real port. */
  public InetSocketAddress arbiterAddress() {
    return arbiter.address();
  }

  /** Metrics, health, status, definitions and blobs, with the real port. */
  public InetSocketAddress httpAddress() {
    return ops.address();
  }

  /** What is wrong, or empty. */
  public Optional<String> unhealthy() {
    return arbiter.failure();
  }

  /** Drops every connection, finishes what was begun, and closes the store. */
  @Override
  public void close() {
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
    LOG.info("disk server down");
  }
}
