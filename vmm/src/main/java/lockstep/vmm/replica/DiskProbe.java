package lockstep.vmm.replica;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.net.NameResolvers;
import lockstep.ft.net.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks now and then, in every role, whether the disk server is there: dials its NBD port, waits for
 * the greeting, and leaves without attaching, so that nothing of a guest's is read or written. An
 * attach that is open says nothing about that: it may be idle, or not there yet.
 */
final class DiskProbe {
  private static final Logger log = LoggerFactory.getLogger(DiskProbe.class);

  private final Transport transport;
  private final InetSocketAddress server;
  private final Inbox inbox;
  private final Silence silence = new Silence(); // scheduled calls only
  private volatile boolean greeted;
  private volatile boolean closed;
  private boolean told; // as above

  DiskProbe(Transport transport, InetSocketAddress server, Inbox inbox) {
    this.transport = transport;
    this.server = server;
    this.inbox = inbox;
  }

  void start() {
    if (closed) {
      return;
    }
    // First, so that nothing that fails now ends it.
    transport.eventLoops().schedule(this::start, Silence.PROBE_MILLIS, TimeUnit.MILLISECONDS);
    judge();
    ask();
  }

  void close() {
    closed = true;
  }

  private void judge() {
    boolean there = told;
    if (greeted) {
      greeted = false;
      silence.heard();
      there = true;
    } else if (silence.intervalIsTooMany()) {
      there = false;
    }
    if (there != told) {
      told = there;
      log.info("disk-server={} address={}", there ? "there" : "missed", server);
      inbox.put(there ? new ReplicaEvent.DiskServerReached() : new ReplicaEvent.DiskServerMissed());
    }
  }

  private void ask() {
    int patienceMillis = (int) Silence.PROBE_MILLIS * 4;
    var _ =
        new Bootstrap()
            .group(transport.eventLoops())
            .channel(NioSocketChannel.class)
            .resolver(NameResolvers.OFF_THREAD)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, patienceMillis)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Greeting());
                    var _ =
                        channel
                            .eventLoop()
                            .schedule(() -> channel.close(), patienceMillis, TimeUnit.MILLISECONDS);
                  }
                })
            .connect(server);
  }

  /** Anything that the server says will do: it speaks first. */
  private final class Greeting extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
      greeted = true;
      var _ = context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close(); // the greeting that does not come tells enough
    }
  }
}
