package lockstep.vmm.replica;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.machine.Bytes;
import lockstep.ft.net.Transport;

/**
 * The guest's console as a raw TCP stream: who connects is given what the console has lately
 * written, then everything it writes; what is sent is typed. Bytes that a failover makes come twice
 * are recognised by their offset and given once.
 */
final class ConsoleServer {
  /** What a late listener is still given. */
  private static final int SCROLLBACK_BYTES = 64 << 10;

  private static final int TYPED_BYTES_MAX = 4 << 10;

  private final Inbox inbox;
  private final ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final byte[] scrollback = new byte[SCROLLBACK_BYTES];
  private long written;

  /** Where what this replica knows of the console begins: a backup that goes live starts late. */
  private long knownFrom = -1;

  ConsoleServer(Inbox inbox) {
    this.inbox = inbox;
  }

  Channel listen(Transport transport, InetSocketAddress address) throws IOException {
    var bound =
        new ServerBootstrap()
            .group(transport.eventLoops())
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Typist());
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "can't listen for the console on " + address + ": " + bound.cause().getMessage());
    }
    return bound.channel();
  }

  /** Gives out what the console wrote; {@code offset} counts from power-on. */
  synchronized void write(long offset, byte[] data) {
    if (knownFrom < 0) {
      knownFrom = offset;
      written = offset;
    }
    int known = (int) Math.clamp(written - offset, 0, data.length);
    int fresh = data.length - known;
    if (fresh == 0) {
      return;
    }
    for (int i = known; i < data.length; i++) {
      scrollback[(int) ((offset + i) % SCROLLBACK_BYTES)] = data[i];
    }
    written = offset + data.length;
    // Who takes nothing is let go, so that nothing piles up for it; it may connect again.
    listeners.stream().filter(listener -> !listener.isWritable()).forEach(Channel::close);
    var _ = listeners.writeAndFlush(Unpooled.copiedBuffer(data, known, fresh));
  }

  /** What the console has lately written. */
  synchronized byte[] recent() {
    int length = (int) Math.min(written - Math.max(knownFrom, 0), SCROLLBACK_BYTES);
    byte[] recent = new byte[length];
    for (int i = 0; i < length; i++) {
      recent[i] = scrollback[(int) ((written - length + i) % SCROLLBACK_BYTES)];
    }
    return recent;
  }

  void close() {
    var _ = listeners.close();
  }

  private synchronized void join(Channel channel) {
    var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(recent()));
    listeners.add(channel);
  }

  private final class Typist extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      join(context.channel());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf typed) {
      while (typed.isReadable()) {
        byte[] bytes = new byte[Math.min(typed.readableBytes(), TYPED_BYTES_MAX)];
        typed.readBytes(bytes);
        inbox.put(new ReplicaEvent.ConsoleTyped(Bytes.of(bytes)));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close(); // a listener that went away
    }
  }
}
