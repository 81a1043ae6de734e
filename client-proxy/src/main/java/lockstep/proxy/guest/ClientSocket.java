package lockstep.proxy.guest;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import lockstep.proxy.net.Slice;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a client (or of a server that the guest has connected to). It holds what a slow one
 * does not take:
 *
 * <pre>
 *   write -->  tail          -->  waiting      -->  in flight
 *              small pieces,      on the heap       with Netty, in direct memory,
 *              joined                               until the operating system takes it
 * </pre>
 *
 * So what waits takes about the memory that TCP's window has counted, in however many segments the
 * guest sent it. A closed socket is forgotten: its connection may linger for long.
 */
final class ClientSocket {
  /** Bytes in flight, which the launcher's bound of direct memory allows for every connection. */
  static final int IN_FLIGHT_BYTES_MAX = 64 << 10;

  /** The tail; a piece of more than half of it waits by itself. */
  private static final int TAIL_BYTES_MAX = 16 << 10;

  private static final int TAIL_BYTES_MIN = 512;

  /** Hears what became of what was written. */
  interface Listener {
    /** The operating system has taken {@code bytes}, in order. */
    void written(int bytes);

    /** It takes nothing more. */
    void broke();
  }

  private final Listener listener;
  private final Deque<Slice> waiting = new ArrayDeque<>();
  private @Nullable SocketChannel channel;
  private byte[] tail = Slice.EMPTY.array();
  private int tailBytes;
  private int inFlightBytes;

  ClientSocket(SocketChannel channel, Listener listener) {
    this.channel = channel;
    this.listener = listener;
  }

  /** Queues {@code data}; {@link #flush} lets it go. */
  void write(Slice data) {
    if (data.length() > TAIL_BYTES_MAX / 2) {
      endTail();
      waiting.add(data.compact());
    } else if (inFlightBytes == 0 && waiting.isEmpty() && tailBytes == 0) {
      pass(data); // nothing to join it with
    } else {
      join(data);
    }
    var _ = passOn();
  }

  private void join(Slice data) {
    if (tailBytes + data.length() > TAIL_BYTES_MAX) {
      endTail();
    }
    int needed = tailBytes + data.length();
    if (needed > tail.length) {
      int doubled = Math.max(Math.max(2 * tail.length, TAIL_BYTES_MIN), needed);
      tail = Arrays.copyOf(tail, Math.min(doubled, TAIL_BYTES_MAX));
    }
    data.copyTo(tail, tailBytes);
    tailBytes = needed;
  }

  private void endTail() {
    if (tailBytes > 0) {
      waiting.add(new Slice(tail, 0, tailBytes).compact());
      tail = Slice.EMPTY.array();
      tailBytes = 0;
    }
  }

  /** Gives Netty as much as it may have; answers whether that was anything. */
  private boolean passOn() {
    boolean any = false;
    while (true) {
      if (inFlightBytes == 0 && waiting.isEmpty()) {
        endTail();
      }
      Slice next = waiting.peek();
      if (next == null
          || (inFlightBytes > 0 && inFlightBytes + next.length() > IN_FLIGHT_BYTES_MAX)) {
        return any;
      }
      pass(waiting.remove());
      any = true;
    }
  }

  private void pass(Slice data) {
    SocketChannel to = channel;
    if (to == null) {
      return;
    }
    inFlightBytes += data.length();
    to.write(Unpooled.wrappedBuffer(data.array(), data.offset(), data.length()))
        .addListener(done -> passed(data.length(), done.isSuccess()));
  }

  private void passed(int bytes, boolean taken) {
    inFlightBytes -= bytes;
    if (!taken) {
      listener.broke();
      return;
    }
    if (passOn()) {
      flush();
    }
    listener.written(bytes);
  }

  void flush() {
    if (channel != null) {
      channel.flush();
    }
  }

  /** Memory on the heap that unwritten bytes take. */
  long heldBytes() {
    return tail.length + waiting.stream().mapToLong(piece -> piece.array().length).sum();
  }

  /** Whether it is closed, and nothing of it is kept. */
  boolean isForgotten() {
    return channel == null;
  }

  /** Reads from it, or leaves off. */
  void reading(boolean enabled) {
    if (channel != null && channel.config().isAutoRead() != enabled) {
      var _ = channel.config().setAutoRead(enabled);
    }
  }

  /** Ends the output: the other side may still send. */
  void shutdownOutput() {
    if (channel != null && !channel.isOutputShutdown()) {
      var _ = channel.shutdownOutput();
    }
  }

  void close() {
    SocketChannel closing = forget();
    if (closing != null) {
      var _ = closing.close();
    }
  }

  /** A RST to the other side, unless the socket is closed already. */
  void reset() {
    SocketChannel closing = forget();
    if (closing == null || !closing.isOpen()) {
      return;
    }
    try {
      var _ = closing.config().setSoLinger(0);
    } catch (ChannelException e) {
      // The other side was quicker to end it: then there is nobody to tell.
    }
    var _ = closing.close();
  }

  private @Nullable SocketChannel forget() {
    SocketChannel was = channel;
    channel = null;
    waiting.clear();
    tail = Slice.EMPTY.array();
    tailBytes = 0;
    return was;
  }
}
