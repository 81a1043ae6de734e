package lockstep.proxy.guest;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.net.KeepAlive;
import lockstep.proxy.net.FrameReader;
import lockstep.proxy.net.FrameWriter;
import lockstep.proxy.net.FrameWriter.Unreachable;
import lockstep.proxy.net.Ipv4Address;
import lockstep.proxy.net.MacAddress;
import lockstep.proxy.net.Packet;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpSegment;
import lockstep.proxy.tcp.TcpConnection;
import lockstep.proxy.tcp.TcpEvent;
import lockstep.proxy.tcp.TcpResets;

/**
 * The network at the other end of the guest's wire: a gateway that is at home at its own and the
 * DNS address, answers ARP and ping there, and carries TCP to and from everywhere else.
 *
 * <p>Not thread-safe: every method is called on {@code loop}.
 */
public final class GuestNetwork {
  /** Our own Ethernet address, locally administered. */
  static final MacAddress GATEWAY_MAC = MacAddress.parse("02:4c:53:00:00:01");

  private static final int SECRET_BYTES = 16;
  private static final int READ_BYTES_MIN = 512;
  private static final int READ_BYTES_INITIAL = 2048;

  private final ProxyLimits limits;
  private final OutboundPolicy policy;
  private final OwnHosts own;
  private final Ipv4Address guest;
  private final Ipv4Address gateway;
  private final Ipv4Address dns;
  private final FrameWriter frames;
  private final NetworkMetrics metrics;
  private final FlowTable table;
  private final InitialSequences sequences;
  private final Outbound outbound;
  private final DnsForwarder resolver;

  /**
   * @param addresses the guest's and ours
   * @param own where the guest may not connect to, whatever the policy
   * @param sink where frames for the guest go
   * @param clock nanoseconds, from an origin not in the future
   * @param resolvers where DNS questions go now; empty for nowhere
   */
  public GuestNetwork(
      VmDefinition.Network addresses,
      ProxyLimits limits,
      OutboundPolicy policy,
      OwnHosts own,
      Supplier<Optional<InetSocketAddress>> resolvers,
      EventLoop loop,
      LongSupplier clock,
      FrameSink sink,
      MetricRegistry registry) {
    this.limits = limits;
    this.policy = policy;
    this.own = own;
    this.guest = Ipv4Address.parse(addresses.guestAddress());
    this.gateway = Ipv4Address.parse(addresses.gatewayAddress());
    this.dns = Ipv4Address.parse(addresses.dnsAddress());
    boolean offload = limits.tcp().largeSegmentBytes() > limits.tcp().mss();
    this.frames = new FrameWriter(GATEWAY_MAC, MacAddress.parse(addresses.mac()), offload);
    this.metrics = new NetworkMetrics(registry);
    SecureRandom random = new SecureRandom();
    this.table = new FlowTable(limits, frames, sink, guest, clock, random.nextInt(), metrics);
    this.sequences = new InitialSequences(random.generateSeed(SECRET_BYTES));
    this.outbound = new Outbound(this, table, loop);
    this.resolver =
        new DnsForwarder(this, loop, resolvers, clock, random, limits.dnsQuestionsMax());
  }

  // From the guest.

  /** Takes a frame of the live guest. Whatever it holds, nothing is thrown. */
  public void onFrame(byte[] frame) {
    metrics.framesFromGuest.inc();
    switch (FrameReader.read(frame)) {
      case Packet.ArpRequest arp -> {
        if (isOurs(arp.target()) && !arp.sender().equals(arp.target())) {
          table.send(frames.arpReply(arp));
        }
      }
      case Packet.EchoRequest echo -> {
        if (isOurs(echo.destination()) && echo.source().equals(guest)) {
          table.send(frames.echoReply(echo));
        }
      }
      case Packet.Udp udp -> onUdp(udp);
      case Packet.Tcp tcp -> {
        if (tcp.source().equals(guest)) {
          onTcp(tcp);
        }
      }
      case Packet.Dropped dropped -> metrics.dropped(dropped.reason());
    }
  }

  private boolean isOurs(Ipv4Address address) {
    return address.equals(gateway) || address.equals(dns);
  }

  private void onUdp(Packet.Udp udp) {
    if (!udp.source().equals(guest) || udp.destination().isMulticastOrReserved()) {
      return;
    }
    boolean question = udp.destination().equals(dns) && udp.destinationPort() == DnsForwarder.PORT;
    if (question && resolver.resolver().isPresent()) {
      metrics.dnsQuestions.inc();
      resolver.onQuestion(udp);
    } else {
      unreachable(guest, Unreachable.PORT, udp.quote());
    }
  }

  private void onTcp(Packet.Tcp packet) {
    TcpSegment segment = packet.segment();
    FlowKey key = FlowKey.of(packet.destination(), segment);
    boolean opens = segment.has(TcpSegment.SYN) && !segment.has(TcpSegment.ACK);
    Optional<Flow> flow = table.find(key);
    if (flow.isPresent() && opens && flow.get().succeededBy(segment)) {
      flow.get().forget(); // RFC 9293, 3.6.1: a new SYN may end TIME-WAIT
      flow = Optional.empty();
    }
    if (flow.isPresent()) {
      flow.get().handle(new TcpEvent.SegmentArrived(segment));
    } else if (opens && !segment.has(TcpSegment.RST)) {
      outbound.onSyn(key, packet);
    } else if (outbound.isConnecting(key)) {
      if (segment.has(TcpSegment.RST)) {
        outbound.cancel(key);
      }
    } else {
      TcpResets.refusing(segment)
          .ifPresent(reset -> table.transmitAlone(packet.destination(), reset));
    }
  }

  // What the parts ask of each other.

  /** Where a SYN of the guest really goes. */
  Optional<InetSocketAddress> outboundTarget(Packet.Tcp syn) {
    int port = syn.segment().destinationPort();
    if (syn.destination().equals(dns)) {
      return port == DnsForwarder.PORT ? resolver.resolver() : Optional.empty();
    }
    return port == 0 ? Optional.empty() : policy.target(syn.destination(), port, gateway, own);
  }

  int initialSequence(FlowKey key) {
    return sequences.next(key, table.nowNanos());
  }

  void unreachable(Ipv4Address to, Unreachable what, Slice quote) {
    table.send(frames.unreachable(gateway, to, what, quote));
  }

  void answerUdp(Packet.Udp question, Slice answer) {
    table.send(
        frames.udp(
            question.destination(),
            question.destinationPort(),
            question.source(),
            question.sourcePort(),
            answer));
  }

  /** How much is read from a socket at once: no more than a send buffer surely takes. */
  RecvByteBufAllocator readSizes() {
    return new AdaptiveRecvByteBufAllocator(
        READ_BYTES_MIN, Math.min(READ_BYTES_INITIAL, limits.readBytesMax()), limits.readBytesMax());
  }

  // From the clients.

  /**
   * Connects an accepted client to a port of the guest.
   *
   * @param socket registered with the loop, nothing read from it yet
   */
  public void connectToGuest(SocketChannel socket, int guestPort) {
    if (!table.hasRoom()) {
      metrics.connectionsLimited.inc();
      var _ = socket.config().setSoLinger(0);
      var _ = socket.close();
      return;
    }
    KeepAlive.enable(socket.config());
    var _ = socket.config().setAutoRead(false);
    var _ = socket.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    var _ = socket.config().setOption(ChannelOption.TCP_NODELAY, true);
    var _ = socket.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, readSizes());
    metrics.connectionsPublished.inc();
    FlowKey key = table.freeKey(gateway, guestPort);
    TcpConnection tcp =
        TcpConnection.closed(
            limits.tcp(), table.budget(), key.remotePort(), guestPort, initialSequence(key));
    Flow flow = new Flow(table, key, socket, tcp);
    var _ = socket.pipeline().addLast(flow);
    table.start(flow, new TcpEvent.Open());
  }

  // The path to the guest.

  /** Nobody is live: connections stand still. */
  public void pathLost() {
    table.pathLost();
  }

  /** Another replica is live: everything unacknowledged is sent again. */
  public void pathMoved() {
    table.pathMoved();
  }

  /** The guest was started anew: its old connections are reset. Called while the path is lost. */
  public void guestGone() {
    outbound.cancelAll();
    table.guestGone();
  }

  /** Ends every connection. */
  public void close() {
    pathLost();
    guestGone();
    resolver.close();
  }

  /** How full everything is. */
  public Fill fill() {
    return new Fill(
        table.connections(),
        table.lingeringCount(),
        table.sendBufferedBytes(),
        table.unconsumedBytes(),
        table.budget().bytesReserved());
  }

  /**
   * @param connections with a socket
   * @param lingering in TIME-WAIT or being closed
   * @param sendBufferedBytes on their way to the guest
   * @param unconsumedBytes on their way to clients
   * @param reservedBytes promised to connections, both ways
   */
  public record Fill(
      int connections,
      int lingering,
      long sendBufferedBytes,
      long unconsumedBytes,
      long reservedBytes) {}
}
