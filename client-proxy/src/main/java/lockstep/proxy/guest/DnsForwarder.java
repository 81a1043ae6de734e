package lockstep.proxy.guest;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import lockstep.proxy.net.Packet;
import lockstep.proxy.net.Slice;
import org.jspecify.annotations.Nullable;

/**
 * Hands the guest's DNS questions to the host's resolver and its answers back, under an identifier
 * (RFC 1035, 4.1.1) of our own, drawn at random. A question without an answer is forgotten when
 * others need its place; the guest asks again by itself. Before a question, and once a second at
 * most, it is looked whether the host has another resolver now, or the socket must be opened anew.
 */
final class DnsForwarder {
  static final int PORT = 53;

  private static final int HEADER_BYTES = 12;

  /** What a datagram carries without being fragmented: MTU 1500 less IP and UDP headers. */
  private static final int ANSWER_BYTES_MAX = 1472;

  private static final int TRUNCATED = 0x02; // TC, in the third byte

  private static final long LOOK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Asked(Packet.Udp question, int identifier) {}

  private final GuestNetwork network;
  private final EventLoop loop;
  private final Supplier<Optional<InetSocketAddress>> resolvers;
  private final LongSupplier clock;
  private final Random random;
  private final int questionsMax;
  private final Map<Integer, Asked> asked = new LinkedHashMap<>();
  private Optional<InetSocketAddress> resolver;
  private @Nullable ChannelFuture connected;
  private long lookedNanos;

  DnsForwarder(
      GuestNetwork network,
      EventLoop loop,
      Supplier<Optional<InetSocketAddress>> resolvers,
      LongSupplier clock,
      Random random,
      int questionsMax) {
    this.network = network;
    this.loop = loop;
    this.resolvers = resolvers;
    this.clock = clock;
    this.random = random;
    this.questionsMax = questionsMax;
    this.resolver = resolvers.get();
    this.lookedNanos = clock.getAsLong();
  }

  /** Where questions go now; empty if the host has no resolver. */
  Optional<InetSocketAddress> resolver() {
    long nowNanos = clock.getAsLong();
    if (nowNanos - lookedNanos >= LOOK_INTERVAL_NANOS) {
      lookedNanos = nowNanos;
      Optional<InetSocketAddress> now = resolvers.get();
      boolean broken = connected != null && connected.isDone() && !connected.channel().isActive();
      if (broken || !now.equals(resolver)) {
        close();
        connected = null;
      }
      resolver = now;
    }
    return resolver;
  }

  private ChannelFuture connected(InetSocketAddress to) {
    ChannelFuture now = connected;
    if (now == null) {
      now =
          new Bootstrap()
              .group(loop)
              .channel(NioDatagramChannel.class)
              .handler(new Answers())
              .connect(to); // the kernel drops what others send
      connected = now;
    }
    return now;
  }

  void onQuestion(Packet.Udp question) {
    Optional<InetSocketAddress> to = resolver();
    if (question.payload().length() < HEADER_BYTES || to.isEmpty()) {
      return;
    }
    if (asked.size() >= questionsMax) {
      Iterator<Integer> oldest = asked.keySet().iterator();
      var _ = oldest.next();
      oldest.remove();
    }
    int identifier = random.nextInt(1 << 16);
    while (asked.containsKey(identifier)) {
      identifier = random.nextInt(1 << 16);
    }
    asked.put(identifier, new Asked(question, question.payload().u16(0)));
    byte[] bytes = question.payload().toArray();
    setIdentifier(bytes, identifier);
    var _ =
        connected(to.get()).addListener((ChannelFuture socket) -> send(socket, bytes, to.get()));
  }

  private static void send(ChannelFuture socket, byte[] question, InetSocketAddress to) {
    if (socket.isSuccess()) {
      var _ =
          socket.channel().writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(question), to));
    }
  }

  private void onAnswer(ByteBuf content) {
    if (content.readableBytes() < HEADER_BYTES) {
      return;
    }
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    Asked to = asked.remove((bytes[0] & 0xff) << 8 | bytes[1] & 0xff);
    if (to == null) {
      return;
    }
    Slice answer = Slice.of(bytes);
    if (bytes.length > ANSWER_BYTES_MAX) {
      bytes = truncated(to.question().payload(), bytes[3]);
      answer = Slice.of(bytes);
    }
    setIdentifier(bytes, to.identifier());
    network.answerUdp(to.question(), answer);
  }

  /** The question itself, marked as a truncated answer: the guest then asks over TCP. */
  private static byte[] truncated(Slice question, byte codes) {
    byte[] bytes = question.toArray();
    bytes[2] |= (byte) (0x80 | TRUNCATED);
    bytes[3] = codes;
    return bytes;
  }

  private static void setIdentifier(byte[] message, int identifier) {
    message[0] = (byte) (identifier >>> 8);
    message[1] = (byte) identifier;
  }

  void close() {
    if (connected != null) {
      var _ = connected.channel().close();
    }
  }

  private final class Answers extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      onAnswer(packet.content());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // A resolver that is not there (ICMP port unreachable): the guest's resolver times out.
    }
  }
}
