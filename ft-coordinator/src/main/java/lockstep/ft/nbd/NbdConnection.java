package lockstep.ft.nbd;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import lockstep.ft.net.NameResolvers;

/**
 * A connection to an NBD server that is attached to no export yet. It can be asked, again and
 * again, whether the server answers, which touches no disk; and it becomes an attach once one is
 * wanted, without another dialling and another greeting.
 *
 * <p>May be used on any thread and does not block. A server may end a connection that does not
 * attach for long (ours after 10 s).
 */
public final class NbdConnection implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

  private final ClientNegotiation negotiation;
  private final ChannelFuture connecting;

  /** Questions that have not been answered. */
  private final AtomicInteger open = new AtomicInteger();

  private NbdConnection(EventLoopGroup group, InetSocketAddress server, Runnable answered) {
    negotiation =
        new ClientNegotiation(
            () -> {
              open.set(0);
              answered.run();
            });
    connecting =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .resolver(NameResolvers.OFF_THREAD)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(negotiation)
            .connect(server);
  }

  /**
   * Begins to dial a server.
   *
   * @param answered run on the I/O thread when the server greets, and whenever it has answered
   *     {@link #ask}; must not block
   */
  public static NbdConnection dial(
      EventLoopGroup group, InetSocketAddress server, Runnable answered) {
    return new NbdConnection(group, server, answered);
  }

  /**
   * Asks what an export is, if the connection is there and not attached. Whatever the server says
   * is an answer: it need not know the export.
   */
  public void ask(String export) {
    open.incrementAndGet();
    connecting.addListener(
        future -> {
          if (future.isSuccess()) {
            negotiation.ask(export);
          }
        });
  }

  /** How many questions have been asked since the server last said something. */
  public int unanswered() {
    return open.get();
  }

  /** Whether it is dialled, and neither side has ended it. */
  public boolean isOpen() {
    return connecting.isSuccess() && connecting.channel().isActive();
  }

  /** Whether it could not be dialled, or either side has ended it. */
  public boolean isEnded() {
    return connecting.isDone() && !isOpen();
  }

  /**
   * Attaches to an export, once; {@code events} hears {@link NbdEvent.Attached} or why not. The
   * attach owns the connection from then on.
   *
   * @param export an {@link ExportName}, or any name that another server knows
   */
  public NbdClient attach(String export, Consumer<? super NbdEvent> events) {
    ClientSession session = new ClientSession(events);
    connecting.addListener(
        future -> {
          if (future.isSuccess()) {
            negotiation.attach(export, session);
          } else {
            session.end(new NbdEvent.Lost(String.valueOf(future.cause().getMessage())));
          }
        });
    return new NbdClient(session, connecting);
  }

  /** Ends a connection that was not attached. */
  @Override
  public void close() {
    closeWhenDialled(connecting);
  }

  static void closeWhenDialled(ChannelFuture connecting) {
    connecting.addListener(
        future -> {
          if (future.isSuccess()) {
            var _ = connecting.channel().close();
          }
        });
  }
}
