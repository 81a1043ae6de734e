package lockstep.proxy.guest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpSegment;
import lockstep.proxy.tcp.TcpConnection;
import lockstep.proxy.tcp.TcpEffect;
import lockstep.proxy.tcp.TcpEvent;
import lockstep.proxy.tcp.TcpState;
import org.jspecify.annotations.Nullable;

/**
 * One connection: a socket on one side, TCP to the guest on the other. What happens on one side
 * happens on the other:
 *
 * <pre>
 *   socket                         guest
 *   bytes read           ------>   SEND      no reading while the send buffer is full
 *   bytes written        <------   Deliver   the window closes while the socket takes nothing
 *   end of input         ------>   CLOSE     half-closed: the other direction goes on
 *   output shut down     <------   PeerClosed, once everything before it was written
 *   reset                ------>   ABORT
 *   reset (SO_LINGER 0)  <------   Broken: refused, reset, timed out
 * </pre>
 */
final class Flow extends ChannelInboundHandlerAdapter implements ClientSocket.Listener {
  private final FlowTable table;
  private final FlowKey key;
  private final EventLoop loop;
  private final ClientSocket socket;
  private final TcpConnection tcp;

  /** Events that came while another was handled: a write that ends at once, say. */
  private final Deque<TcpEvent> pending = new ArrayDeque<>();

  private final List<TcpEffect> effects = new ArrayList<>();
  private boolean handling;
  private boolean flushDue;
  private long unwritten;
  private boolean inputEnded;
  private boolean guestClosed;
  private boolean finished;
  private boolean socketDone;
  private @Nullable ScheduledFuture<?> timer;
  private long timerNanos;

  Flow(FlowTable table, FlowKey key, SocketChannel socket, TcpConnection tcp) {
    this.table = table;
    this.key = key;
    this.loop = socket.eventLoop();
    this.socket = new ClientSocket(socket, this);
    this.tcp = tcp;
  }

  FlowKey key() {
    return key;
  }

  TcpConnection tcp() {
    return tcp;
  }

  // Events.

  void handle(TcpEvent event) {
    pending.add(event);
    if (handling) {
      return;
    }
    handling = true;
    try {
      while (!pending.isEmpty()) {
        TcpEvent next = pending.remove();
        boolean late = next instanceof TcpEvent.Consumed || next instanceof TcpEvent.Abort;
        if (tcp.gone() && !late) {
          continue; // these two still give memory back
        }
        effects.clear();
        tcp.onEvent(next, table.nowNanos(), effects);
        // A write may end at once and add to the queue; effects are only read here.
        for (TcpEffect effect : effects) {
          carryOut(effect);
        }
        if (flushDue && !socketDone) {
          socket.flush();
        }
        flushDue = false;
      }
    } finally {
      handling = false;
    }
    settle();
  }

  private void carryOut(TcpEffect effect) {
    switch (effect) {
      case TcpEffect.Transmit transmit ->
          table.transmit(this, transmit.segment(), transmit.retransmission());
      case TcpEffect.Established _ -> {}
      case TcpEffect.Deliver deliver -> write(deliver.data());
      case TcpEffect.PeerClosed _ -> guestClosed = true;
      case TcpEffect.Finished _ -> finished = true;
      case TcpEffect.Broken broken -> {
        table.broken(this, broken.cause());
        resetSocket();
      }
    }
  }

  private void write(Slice data) {
    table.metrics().bytesFromGuest.inc(data.length());
    unwritten += data.length();
    flushDue = true;
    socket.write(data);
  }

  @Override
  public void written(int bytes) {
    unwritten -= bytes;
    handle(new TcpEvent.Consumed(bytes));
  }

  @Override
  public void broke() {
    socketBroke();
  }

  /** After every event: pass closing on, hold the reading back or let it go, set the timer. */
  private void settle() {
    if (!socketDone && guestClosed && unwritten == 0) {
      if (finished) {
        closeSocket();
      } else {
        socket.shutdownOutput();
      }
    }
    if (!socketDone && !inputEnded) {
      socket.reading(tcp.sendSpace() >= table.limits().readBytesMax());
    }
    if (tcp.gone() && socketDone) {
      cancelTimer();
      table.remove(this);
    } else {
      setTimer();
    }
  }

  // The socket.

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf buffer = (ByteBuf) message;
    try {
      boolean sending = !socketDone && !inputEnded && !tcp.gone();
      if (sending && buffer.isReadable()) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        table.metrics().bytesToGuest.inc(bytes.length);
        handle(new TcpEvent.Send(Slice.of(bytes)));
      }
    } finally {
      buffer.release();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !inputEnded) {
      inputEnded = true;
      handle(new TcpEvent.Close());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    socketBroke();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      table.failed(this, cause); // our own bug: told, and this connection ends
    }
    socketBroke();
  }

  /** The client reset the connection, or vanished. */
  private void socketBroke() {
    if (socketDone) {
      return;
    }
    resetSocket();
    handle(new TcpEvent.Abort());
  }

  private void closeSocket() {
    socketDone = true;
    table.socketClosed(this);
    socket.close();
  }

  /** A RST to the client, unless the socket is closed already. */
  private void resetSocket() {
    if (socketDone) {
      return;
    }
    socketDone = true;
    table.socketClosed(this);
    socket.reset();
  }

  /** The guest that knew this connection is no more. */
  void guestGone() {
    resetSocket();
    handle(new TcpEvent.Abort());
  }

  // Time.

  private void setTimer() {
    long deadlineNanos = tcp.deadlineNanos();
    if (deadlineNanos == Long.MAX_VALUE || timer != null && timerNanos <= deadlineNanos) {
      return; // an early timer just looks again
    }
    cancelTimer();
    timerNanos = deadlineNanos;
    timer =
        loop.schedule(
            this::onTimer, Math.max(deadlineNanos - table.nowNanos(), 0), TimeUnit.NANOSECONDS);
  }

  private void onTimer() {
    timer = null;
    if (tcp.deadlineNanos() <= table.nowNanos()) {
      handle(new TcpEvent.Tick());
    } else {
      setTimer();
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  /** Forgets a connection that lingers. */
  void forget() {
    handle(new TcpEvent.Abort());
  }

  /** Whether {@code syn} may open the next connection of the same name. */
  boolean succeededBy(TcpSegment syn) {
    return tcp.succeededBy(syn);
  }

  /** Whether the guest has not answered yet, so that a guest started anew still may. */
  boolean unanswered() {
    return tcp.state() == TcpState.SYN_SENT;
  }
}
