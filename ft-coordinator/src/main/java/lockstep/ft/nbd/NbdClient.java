package lockstep.ft.nbd;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import lockstep.ft.net.NameResolvers;

/**
 * One attach to one export of an NBD server: negotiates with GO, then carries requests until either
 * side ends it. Never attaches anew by itself: who has lost an attach decides about the next.
 *
 * <p>{@link #submit} and {@link #close} may be called on any thread and do not block. Events are
 * told on the I/O thread, one at a time (see {@link NbdEvent} for their order); whoever hears them
 * hands them on and returns.
 *
 * <p>How many requests are open, and their bytes, is bounded by the caller: a guest by its queue,
 * {@link RawImages} by a window. Silence is judged by the caller too; only the attach itself has a
 * timeout.
 */
public final class NbdClient implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

  private final ClientSession session;
  private final ChannelFuture connecting;

  private NbdClient(ClientSession session, ChannelFuture connecting) {
    this.session = session;
    this.connecting = connecting;
  }

  /**
   * Starts an attach; {@code events} hears {@link NbdEvent.Attached} or why not.
   *
   * @param export name of the export: an {@link ExportName}, or any name that another server knows
   */
  public static NbdClient attach(
      EventLoopGroup group,
      InetSocketAddress server,
      String export,
      Consumer<? super NbdEvent> events) {
    ClientSession session = new ClientSession(events);
    ChannelFuture connecting =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .resolver(NameResolvers.OFF_THREAD)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new ClientNegotiation(export, session));
                  }
                })
            .connect(server);
    connecting.addListener(
        future -> {
          if (!future.isSuccess()) {
            session.end(new NbdEvent.Lost(String.valueOf(future.cause().getMessage())));
          }
        });
    return new NbdClient(session, connecting);
  }

  /**
   * Sends a request; {@link NbdEvent.Completed} answers it unless the attach ends before.
   *
   * @throws IllegalStateException if {@link NbdEvent.Attached} has not been told yet
   */
  public void submit(NbdRequest request) {
    if (!session.attached()) {
      throw new IllegalStateException("not attached yet");
    }
    // After the end the write fails, and the end is what the caller hears of.
    var _ = connecting.channel().writeAndFlush(request);
  }

  /**
   * Ends the attach: says DISC after what was submitted, and disconnects. No event is told after
   * this returns, save one that is being told right now on the I/O thread.
   */
  @Override
  public void close() {
    session.silence();
    connecting.addListener(
        future -> {
          if (future.isSuccess()) {
            var _ = connecting.channel().close();
          }
        });
  }
}
