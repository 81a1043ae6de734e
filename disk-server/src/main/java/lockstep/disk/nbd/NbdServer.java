package lockstep.disk.nbd;

import com.codahale.metrics.MetricRegistry;
import io.netty.bootstrap.ServerBootstrap;
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
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import lockstep.disk.store.BlockStore;
import lockstep.disk.vm.Attach;
import lockstep.disk.vm.Vm;
import lockstep.disk.vm.Vms;
import lockstep.ft.nbd.ExportName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for NBD clients. */
public final class NbdServer implements AutoCloseable {
  /** Further clients are disconnected at once. */
  public static final int CONNECTIONS_MAX = 64;

  /** Further plain clients are refused, so that a VMM always finds a place. */
  public static final int PLAIN_ATTACHES_MAX = 48;

  private static final Logger LOG = LoggerFactory.getLogger(NbdServer.class);

  /** Answers that may wait for a slow client, per connection. */
  private static final WriteBufferWaterMark UNSENT_BYTES =
      new WriteBufferWaterMark(256 << 10, 1 << 20);

  private final Vms vms;
  private final BlockStore store;
  private final long incarnation;
  private final NbdMetrics metrics;
  private final Workers workers;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final AtomicInteger plainAttaches = new AtomicInteger();
  private final Channel listener;

  /**
   * Starts listening.
   *
   * @param address port 0 takes a free one
   * @param incarnation told to each client that attaches
   * @throws IOException if the address can't be bound
   */
  public NbdServer(
      EventLoopGroup group,
      InetSocketAddress address,
      Vms vms,
      BlockStore store,
      long incarnation,
      MetricRegistry registry)
      throws IOException {
    this.vms = vms;
    this.store = store;
    this.incarnation = incarnation;
    this.metrics = new NbdMetrics(registry);
    this.workers = new Workers(store);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT_BYTES)
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
      throw new IOException("can't listen on " + address + ": " + bound.cause().getMessage());
    }
    this.listener = bound.channel();
    registry.gauge("nbd_connections", () -> connections::size);
  }

  private void accept(Channel channel) {
    if (connections.size() >= CONNECTIONS_MAX) {
      LOG.warn("client={} refused: {} connections", channel.remoteAddress(), CONNECTIONS_MAX);
      channel.close();
      return;
    }
    connections.add(channel);
    channel.pipeline().addLast(new ServerNegotiation(this));
  }

  /** The address it is bound to, with the real port. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  long incarnation() {
    return incarnation;
  }

  Workers workers() {
    return workers;
  }

  NbdMetrics metrics() {
    return metrics;
  }

  List<Export> exports() {
    return vms.all().stream()
        .flatMap(vm -> vm.disks().stream().map(disk -> new Export(vm, disk)))
        .toList();
  }

  Optional<Export> export(ExportName name) {
    Optional<Vm> vm = vms.get(name.vm());
    return vm.flatMap(found -> found.disk(name.disk()).map(disk -> new Export(found, disk)));
  }

  /** Takes one of the places for plain clients until {@code channel} is closed. */
  boolean takePlainPlace(Channel channel) {
    if (plainAttaches.incrementAndGet() > PLAIN_ATTACHES_MAX) {
      plainAttaches.decrementAndGet();
      return false;
    }
    channel.closeFuture().addListener(_ -> plainAttaches.decrementAndGet());
    return true;
  }

  Lane lane(Channel channel, Export export, Attach attach) {
    return new Lane(channel, export, attach, store, workers, metrics);
  }

  /** Ends a connection that can't go on, and says why. */
  static void disconnect(ChannelHandlerContext context, Throwable cause, NbdMetrics metrics) {
    if (cause instanceof ProtocolException) {
      metrics.malformed.mark();
      LOG.warn("client={} disconnected: {}", context.channel().remoteAddress(), cause.getMessage());
    } else if (cause instanceof IOException) {
      LOG.info("client={} lost: {}", context.channel().remoteAddress(), cause.getMessage());
    } else {
      LOG.error("client={} disconnected by our own bug", context.channel().remoteAddress(), cause);
    }
    context.close();
  }

  /** Drops every connection; nothing touches the store after this returns. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
    workers.close();
  }
}
