package lockstep.ft.nbd;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

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
  private final ClientSession session;
  private final ChannelFuture connecting;

  NbdClient(ClientSession session, ChannelFuture connecting) {
    this.session = session;
    this.connecting = connecting;
  }

  /**
   * Dials a server and attaches; {@code events} hears {@link NbdEvent.Attached} or why not.
   *
   * @param export name of the export: an {@link ExportName}, or any name that another server knows
   */
  public static NbdClient attach(
      EventLoopGroup group,
      InetSocketAddress server,
      String export,
      Consumer<? super NbdEvent> events) {
    return NbdConnection.dial(group, server, () -> {}).attach(export, events);
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
    NbdConnection.closeWhenDialled(connecting);
  }
}
