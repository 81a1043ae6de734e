package lockstep.vmm.replica;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Effect;
import lockstep.ft.core.Replica;
import lockstep.ft.core.ReplicaConfig;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.net.Endpoints;
import lockstep.ft.net.Transport;
import lockstep.ft.net.VmSource;
import lockstep.ft.ops.OpsServer;
import lockstep.vmm.machine.Machine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A VMM: one replica of one VM, with its links, from start to halt. */
public final class Vmm implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Vmm.class);

  private static final int ENTROPY_SEED_BYTES = 64;

  /** The disk server may be started after the VMM. */
  private static final Duration DISK_SERVER_PATIENCE = Duration.ofSeconds(15);

  private static final long HALT_LINGER_MILLIS = 200;
  private static final long IO_LOOK_MILLIS = 50;
  private static final long RECORDING_MILLIS_MAX = 3_000;

  private final Transport transport = new Transport("vmm-io", 1);
  private final Inbox inbox = new Inbox();
  private final MetricRegistry metricRegistry = new MetricRegistry();
  private final CompletableFuture<Effect.Halt> halted = new CompletableFuture<>();
  private Effect.@Nullable Halt halting; // the guest's thread only

  private final VmmOptions options;
  private final Member self;
  private final ArbiterLink arbiter;
  private final PeerLinks peers;
  private final DiskLinks disks;
  private final IdleDiskLink idleDisk;
  private final ProxyLink proxy;
  private final ConsoleServer console;
  private final Transport.Listening logListening;
  private final Channel consoleListening;
  private final OpsServer ops;
  private final GuestThread guest;
  private final ReplicaMetrics metrics;
  private final Keeping keeping;
  private final Thread thread;

  private Vmm(VmmOptions options) throws IOException {
    this.options = options;
    VmSource source = new VmSource(options.diskServerHttp(), DISK_SERVER_PATIENCE);
    VmDefinition definition = source.definition(options.vm());
    String digest = DefinitionCodec.digest(definition);
    ByteBuffer kernel = source.blob(definition.kernelDigest());
    ByteBuffer initramfs = source.blob(definition.initramfsDigest());
    DeterministicMachine machine =
        Machines.create(definition, kernel, initramfs, options.compiler());
    Optional<LogRecorder> recorder =
        options.recording().isPresent()
            ? Optional.of(
                LogRecorder.begin(options.recording().get(), definition, kernel, initramfs))
            : Optional.empty();

    peers = new PeerLinks(transport, inbox);
    console = new ConsoleServer(inbox);
    logListening = peers.listen(Endpoints.resolved(options.logListen()));
    consoleListening = console.listen(transport, Endpoints.resolved(options.consoleListen()));
    SecureRandom random = new SecureRandom();
    ReplicaId id = new ReplicaId(random.nextLong(), random.nextLong());
    ops =
        new OpsServer(
            Endpoints.resolved(options.httpListen()),
            metricRegistry,
            () -> VmmStatus.unhealthy(this),
            () -> VmmStatus.of(this));
    self =
        new Member(
            id,
            advertised(options, logListening.address().getPort()),
            Endpoints.format(
                InetSocketAddress.createUnresolved(
                    Endpoints.parse(options.advertisedHost(), 0).getHostString(),
                    ops.address().getPort())));
    arbiter = new ArbiterLink(transport, options.diskServerArbiter(), options.vm(), inbox);
    String asked = // any will do, and a VM may have no disk
        definition.disks().stream()
            .findFirst()
            .map(disk -> ExportName.plain(options.vm(), disk.name()).toString())
            .orElse(options.vm());
    idleDisk = new IdleDiskLink(transport, options.diskServerNbd(), asked, inbox);
    disks = new DiskLinks(idleDisk, options.vm(), definition.disks(), inbox);
    proxy =
        new ProxyLink(
            transport,
            options.proxy(),
            new LinkMessage.Hello(
                LinkMessage.PROTOCOL_VERSION, options.vm(), id, Machine.VERSION, digest),
            inbox);

    byte[] seed = new byte[ENTROPY_SEED_BYTES];
    random.nextBytes(seed);
    Instant wall = Instant.now();
    ReplicaConfig config =
        new ReplicaConfig(
            options.vm(),
            self,
            Machine.VERSION,
            digest,
            definition.disks().stream().map(VmDefinition.Disk::sizeBytes).toList(),
            options.startRule(),
            Bytes.of(seed),
            TimeUnit.SECONDS.toNanos(wall.getEpochSecond()) + wall.getNano(),
            options.limits(),
            options.recording().isPresent());
    Replica replica = Startup.replica(options, config, machine);
    metrics = new ReplicaMetrics(metricRegistry, this::replicaStatus);
    keeping = new Keeping(options, definition, id, machine, recorder);
    EffectRunner effects =
        new EffectRunner(
            inbox,
            arbiter,
            peers,
            disks,
            proxy,
            console,
            metrics,
            keeping::record,
            keeping::keepDivergence,
            halt -> halting = halt);
    guest = new GuestThread(replica, machine, inbox, effects, metrics);
    thread = Thread.ofPlatform().name("guest").unstarted(this::runGuest);
    VmmRoutes.install(ops, inbox, guest, console, replica, keeping);
    ops.start();
  }

  /**
   * Starts a VMM: fetches the definition, opens the links, looks for a live replica to join.
   *
   * @throws IOException if the disk server can't tell the definition, an address can't be bound, or
   *     the saved state is not one of this VM
   */
  public static Vmm start(VmmOptions options) throws IOException {
    Vmm vmm = new Vmm(options);
    log.info(
        "vmm={} replica={} log={} http={} console={}",
        options.vm(),
        vmm.self.id(),
        Endpoints.format(vmm.logListening.address()),
        Endpoints.format(vmm.ops.address()),
        vmm.consoleListening.localAddress());
    vmm.watchIoThread();
    vmm.arbiter.start();
    vmm.proxy.start();
    vmm.idleDisk.start();
    vmm.thread.start();
    return vmm;
  }

  /** What arrives is heard only when that thread comes to it. */
  private void watchIoThread() {
    EventLoop loop = transport.eventLoops().next(); // there is one
    loop.execute(
        () -> {
          Lateness lateness = Lateness.ofThisThread("vmm-io", System.nanoTime());
          var _ =
              loop.scheduleWithFixedDelay(
                  () -> lateness.look(System.nanoTime(), () -> ""),
                  IO_LOOK_MILLIS,
                  IO_LOOK_MILLIS,
                  TimeUnit.MILLISECONDS);
        });
  }

  /** Waits until the replica has halted, and tells why. */
  public Effect.Halt awaitHalt() throws InterruptedException {
    try {
      return halted.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  public InetSocketAddress httpAddress() {
    return ops.address();
  }

  /**
   * Ends the recording, if one is made, where the guest is now: the process is about to be ended
   * from outside.
   */
  public void endRecording() {
    CountDownLatch ended = new CountDownLatch(1);
    inbox.put(
        () -> {
          keeping.close();
          ended.countDown();
        });
    try {
      if (!halted.isDone() && !ended.await(RECORDING_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
        log.error("the recording has no end: the guest's thread did not come to it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  ReplicaStatus replicaStatus() {
    return guest.status();
  }

  VmmOptions options() {
    return options;
  }

  Member self() {
    return self;
  }

  ReplicaMetrics metrics() {
    return metrics;
  }

  boolean arbiterUp() {
    return arbiter.up();
  }

  boolean proxyUp() {
    return proxy.up();
  }

  /** Ends every link. A guest that still runs is left as by a crash: its backup takes over. */
  @Override
  public void close() {
    arbiter.close();
    proxy.close();
    disks.close();
    idleDisk.close();
    console.close();
    logListening.close();
    ops.close();
    transport.close();
    keeping.close();
  }

  private void runGuest() {
    try {
      guest.run();
      // What was sent last (a resignation, the guest's end) leaves before the sockets close.
      Thread.sleep(HALT_LINGER_MILLIS);
      halted.complete(Objects.requireNonNull(halting));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error bug) {
      // Our own bug stops this replica at once, so that its peer takes over.
      try {
        log.error("the guest's thread failed; this replica stops", bug);
      } finally {
        Runtime.getRuntime().halt(70); // should that not even be told
      }
    }
  }

  private static String advertised(VmmOptions options, int port) {
    return Endpoints.format(Endpoints.parse(options.advertisedHost(), port));
  }
}
