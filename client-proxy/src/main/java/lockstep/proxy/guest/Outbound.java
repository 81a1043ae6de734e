package lockstep.proxy.guest;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.ft.net.KeepAlive;
import lockstep.proxy.net.FrameWriter.Unreachable;
import lockstep.proxy.net.Packet;
import lockstep.proxy.tcp.TcpConnection;
import lockstep.proxy.tcp.TcpEvent;
import lockstep.proxy.tcp.TcpResets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that the guest opens. Its SYN waits while the proxy connects; it is answered as the
 * destination answered: accepted, refused (RST) or unreachable (ICMP).
 */
final class Outbound {
  private static final Logger log = LoggerFactory.getLogger(Outbound.class);

  private final GuestNetwork network;
  private final FlowTable table;
  private final EventLoop loop;

  /** Connects that the guest waits for. */
  private final Map<FlowKey, ChannelFuture> connecting = new HashMap<>();

  /** Connects under way, those that nobody waits for any more included. */
  private int sockets;

  Outbound(GuestNetwork network, FlowTable table, EventLoop loop) {
    this.network = network;
    this.table = table;
    this.loop = loop;
  }

  boolean isConnecting(FlowKey key) {
    return connecting.containsKey(key);
  }

  /** The guest has sent a SYN for a connection that does not exist. */
  void onSyn(FlowKey key, Packet.Tcp syn) {
    if (connecting.containsKey(key)) {
      return; // the guest grew impatient
    }
    if (table.connections() + sockets >= table.limits().connectionsMax()) {
      table.metrics().connectionsLimited.inc();
      refuse(syn);
      return;
    }
    Optional<InetSocketAddress> target = network.outboundTarget(syn);
    if (target.isEmpty()) {
      log.debug("outbound {} is not allowed", key);
      refuse(syn);
      return;
    }
    ChannelFuture connect = connect(target.get());
    connecting.put(key, connect);
    sockets++;
    var _ = connect.addListener(_ -> connected(key, syn, connect));
  }

  private ChannelFuture connect(InetSocketAddress target) {
    return new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.RECVBUF_ALLOCATOR, network.readSizes())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, table.limits().connectTimeoutMillis())
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                // The flow becomes the handler once it is connected; nothing is read before.
                KeepAlive.enable(channel.config());
              }
            })
        .connect(target);
  }

  private void connected(FlowKey key, Packet.Tcp syn, ChannelFuture connect) {
    sockets--;
    boolean wanted = connecting.remove(key, connect);
    if (!connect.isSuccess()) {
      if (wanted) {
        failed(key, syn, connect.cause());
      }
      return;
    }
    if (!wanted) {
      var _ = connect.channel().close();
      return;
    }
    table.metrics().connectionsOutbound.inc();
    TcpConnection tcp =
        TcpConnection.listening(
            table.limits().tcp(),
            table.budget(),
            key.remotePort(),
            key.guestPort(),
            network.initialSequence(key));
    Flow flow = new Flow(table, key, (SocketChannel) connect.channel(), tcp);
    var _ = connect.channel().pipeline().addLast(flow);
    table.start(flow, new TcpEvent.SegmentArrived(syn.segment()));
  }

  private void failed(FlowKey key, Packet.Tcp syn, Throwable cause) {
    log.debug("outbound {} failed: {}", key, cause.getMessage());
    // Netty's timeout is a ConnectException too, of its own kind.
    boolean refused =
        cause instanceof ConnectException
            && !(cause instanceof io.netty.channel.ConnectTimeoutException);
    if (refused) {
      refuse(syn);
    } else {
      network.unreachable(syn.source(), Unreachable.HOST, syn.quote());
    }
  }

  private void refuse(Packet.Tcp syn) {
    TcpResets.refusing(syn.segment())
        .ifPresent(reset -> table.transmitAlone(syn.destination(), reset));
  }

  /** The guest has given this connect up. */
  void cancel(FlowKey key) {
    ChannelFuture connect = connecting.remove(key);
    if (connect != null) {
      var _ = connect.channel().close();
    }
  }

  /** The guest that wanted these is no more. */
  void cancelAll() {
    List.copyOf(connecting.keySet()).forEach(this::cancel);
  }
}
