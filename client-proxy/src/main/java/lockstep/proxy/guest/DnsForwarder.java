package lockstep.proxy.guest;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import lockstep.proxy.net.Packet;
import lockstep.proxy.net.Slice;

/**
 * Hands the guest's DNS questions to the host's resolver and its answers back, under an identifier
 * (RFC 1035, 4.1.1) of our own, drawn at random. A question without an answer is forgotten when
 * others need its place; the guest asks again by itself.
 */
final class DnsForwarder {
  static final int PORT = 53;

  private static final int HEADER_BYTES = 12;

  /** What a datagram carries without being fragmented: MTU 1500 less IP and UDP headers. */
  private static final int ANSWER_BYTES_MAX = 1472;

  private static final int TRUNCATED = 0x02; // TC, in the third byte

  private record Asked(Packet.Udp question, int identifier) {}

  private final GuestNetwork network;
  private final InetSocketAddress resolver;
  private final Channel channel;
  private final Random random;
  private final int questionsMax;
  private final Map<Integer, Asked> asked = new LinkedHashMap<>();

  DnsForwarder(
      GuestNetwork network,
      EventLoop loop,
      InetSocketAddress resolver,
      Random random,
      int questionsMax) {
    this.network = network;
    this.resolver = resolver;
    this.random = random;
    this.questionsMax = questionsMax;
    this.channel =
        new Bootstrap()
            .group(loop)
            .channel(NioDatagramChannel.class)
            .handler(new Answers())
            .connect(resolver) // the kernel drops what others send
            .channel();
  }

  InetSocketAddress resolver() {
    return resolver;
  }

  void onQuestion(Packet.Udp question) {
    if (question.payload().length() < HEADER_BYTES || !channel.isActive()) {
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
    var _ = channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(bytes), resolver));
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
    var _ = channel.close();
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
