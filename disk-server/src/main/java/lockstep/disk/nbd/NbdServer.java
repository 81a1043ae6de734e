package lockstep.disk.nbd;

import com.codahale.metrics.MetricRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import lockstep.disk.TlsOptions;
import lockstep.disk.store.BlockStore;
import lockstep.disk.vm.Attach;
import lockstep.disk.vm.Disk;
import lockstep.disk.vm.Disks;
import lockstep.disk.vm.Vms;
import lockstep.ft.nbd.ExportName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for NBD clients. */
public final class NbdServer implements AutoCloseable {
  /** One more takes the place of one that has not attached, or is disconnected. */
  public static final int CONNECTIONS_MAX = 64;

  /** Further plain clients are refused, so that a VMM always finds a place. */
  public static final int PLAIN_ATTACHES_MAX = 48;

  private static final Logger LOG = LoggerFactory.getLogger(NbdServer.class);

  /** Answers that may wait for a slow client, per connection. */
  private static final WriteBufferWaterMark UNSENT_BYTES =
      new WriteBufferWaterMark(256 << 10, 512 << 10);

  /** What is taken from a socket at once: small for small requests, more for long payloads. */
  private static final int RECEIVE_BYTES_MIN = 4 << 10;

  private static final int RECEIVE_BYTES_INITIAL = 16 << 10;
  private static final int RECEIVE_BYTES_MAX = 256 << 10;

  /** So many exports are named in the answer to LIST. */
  static final int LISTED_MAX = 4096;

  private static final long CLOSE_SECONDS_MAX = 10;

  /** How long connections have to end by themselves when the server goes down. */
  private static final long LEAVE_MILLIS_MAX = 500;

  private final Vms vms;
  private final Disks disks;
  private final BlockStore store;
  private final long incarnation;
  private final NbdMetrics metrics;
  private final Tls tls;
  private final Workers workers;
  private final ConnectionLoops loops = new ConnectionLoops(CONNECTIONS_MAX);
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final AtomicInteger plainAttaches = new AtomicInteger();

  /** Those that have not attached, the oldest first. Guarded by itself. */
  private final SequencedSet<Channel> negotiating = new LinkedHashSet<>();

  private final Channel listener;

  /**
   * Starts listening.
   *
   * @param group accepts connections; each connection has a thread of its own
   * @param address port 0 takes a free one
   * @param incarnation told to each client that attaches
   * @throws IOException if the address can't be bound, or the TLS files are no good
   */
  public NbdServer(
      EventLoopGroup group,
      InetSocketAddress address,
      Vms vms,
      Disks disks,
      BlockStore store,
      long incarnation,
      Optional<TlsOptions> tls,
      MetricRegistry registry)
      throws IOException {
    this.vms = vms;
    this.disks = disks;
    this.store = store;
    this.incarnation = incarnation;
    this.tls = new Tls(tls);
    this.metrics = new NbdMetrics(registry);
    this.workers = new Workers(store);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group, loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT_BYTES)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(
                    RECEIVE_BYTES_MIN, RECEIVE_BYTES_INITIAL, RECEIVE_BYTES_MAX))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      workers.close();
      closeLoops();
      throw new IOException("can't listen on " + address + ": " + bound.cause().getMessage());
    }
    this.listener = bound.channel();
    registry.gauge("nbd_connections", () -> connections::size);
  }

  private void accept(Channel channel) {
    loops.watch(channel);
    if (connections.size() >= CONNECTIONS_MAX && !dropOldest()) {
      LOG.warn("client={} refused: {} are attached", channel.remoteAddress(), CONNECTIONS_MAX);
      var _ = channel.close();
      return;
    }
    connections.add(channel);
    synchronized (negotiating) {
      negotiating.add(channel);
    }
    channel.closeFuture().addListener(_ -> attached(channel));
    channel.pipeline().addLast(new ServerNegotiation(this));
  }

  /** Who has been connected longest without attaching makes room; false if all have attached. */
  private boolean dropOldest() {
    @Nullable Channel oldest;
    synchronized (negotiating) {
      oldest = negotiating.isEmpty() ? null : negotiating.removeFirst();
    }
    if (oldest == null) {
      return false;
    }
    LOG.warn("client={} dropped: it has not attached, and others come", oldest.remoteAddress());
    var _ = oldest.close();
    return true;
  }

  /** The address it is bound to, with the real port. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  long incarnation() {
    return incarnation;
  }

  NbdMetrics metrics() {
    return metrics;
  }

  Tls tls() {
    return tls;
  }

  /** The names of what a plain client could attach to, bounded. */
  List<String> exportPaths() {
    return disks.all().stream()
        .flatMap(
            disk ->
                Stream.concat(
                    Stream.of(disk.path()),
                    disk.snapshots().stream().map(taken -> disk.path() + "@" + taken.name())))
        .limit(LISTED_MAX)
        .toList();
  }

  Optional<Export> export(ExportName name) {
    Optional<Disk> disk = disks.get(name.vm(), name.disk());
    if (disk.isEmpty()) {
      return Optional.empty();
    }
    Optional<Disk.Snapshot> snapshot = name.snapshot().flatMap(disk.get()::snapshot);
    if (snapshot.isPresent() != name.snapshot().isPresent()) {
      return Optional.empty();
    }
    return vms.known(name.vm()).map(vm -> new Export(vm, disk.get(), snapshot));
  }

  /** Takes one of the places for plain clients; false if there is none. */
  boolean takePlainPlace() {
    if (plainAttaches.incrementAndGet() > PLAIN_ATTACHES_MAX) {
      plainAttaches.decrementAndGet();
      return false;
    }
    return true;
  }

  void givePlainPlaceBack() {
    plainAttaches.decrementAndGet();
  }

  /** The client has attached: it keeps its connection, whoever comes. */
  void attached(Channel channel) {
    synchronized (negotiating) {
      negotiating.remove(channel);
    }
  }

  Session session(Export export, Attach attach, boolean structured, boolean allocation)
      throws IOException {
    return new Session(
        export.path(),
        export.number(),
        export.vm().fence(),
        attach,
        export.info(attach.access(), incarnation, structured),
        export.reader(store, attach.access()),
        disks.statistics(export.disk().path()),
        structured,
        allocation);
  }

  Transmission transmission(Channel channel, Session session) {
    return new Transmission(channel, session, store, workers, metrics);
  }

  /** Ends a connection that can't go on, and says why. */
  static void disconnect(ChannelHandlerContext context, Throwable cause, NbdMetrics metrics) {
    if (cause instanceof ProtocolException
        || (cause instanceof DecoderException && cause.getCause() instanceof SSLException)) {
      metrics.malformed.mark();
      LOG.warn("client={} disconnected: {}", context.channel().remoteAddress(), cause.getMessage());
    } else if (cause instanceof IOException) {
      LOG.info("client={} lost: {}", context.channel().remoteAddress(), cause.getMessage());
    } else {
      metrics.bugs.inc();
      LOG.error("client={} disconnected by our own bug", context.channel().remoteAddress(), cause);
    }
    var _ = context.close();
  }

  private static void goDown(Channel channel) {
    @Nullable Transmission transmission = channel.pipeline().get(Transmission.class);
    if (transmission == null) {
      var _ = channel.close();
    } else {
      transmission.serverGoesDown();
    }
  }

  private void closeLoops() {
    loops.shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /**
   * Refuses what plain clients ask for a moment, and drops every connection; nothing touches the
   * store after this returns.
   */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.forEach(channel -> channel.eventLoop().execute(() -> goDown(channel)));
    var _ = connections.newCloseFuture().awaitUninterruptibly(LEAVE_MILLIS_MAX);
    connections.close().awaitUninterruptibly();
    workers.close();
    closeLoops();
  }
}
