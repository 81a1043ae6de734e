package lockstep.ft.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One connection that carries messages. Every method may be called on any thread and none blocks;
 * what is sent after the end is dropped.
 */
public final class MessageChannel<O> {
  /** What may wait unsent before the peer counts as gone. */
  public static final long UNSENT_BYTES_MAX = 256L << 20;

  /** What was queued before a close has so long to leave. */
  private static final long CLOSE_MILLIS_MAX = 2_000;

  private final Channel channel;
  private final String remoteName;

  MessageChannel(Channel channel) {
    this.channel = channel;
    this.remoteName = String.valueOf(channel.remoteAddress());
  }

  /** Queues a message; all that was queued leaves soon after, in order. */
  public void send(O message) {
    var _ = channel.writeAndFlush(message, channel.voidPromise());
  }

  /** Bytes that wait to be taken by the operating system; approximate off the I/O thread. */
  public long unsentBytes() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /** Stops or resumes reading from the peer, which slows it down. */
  public void reading(boolean enabled) {
    channel.config().setAutoRead(enabled);
  }

  /**
   * Sends what is queued, then ends the connection; after a while in any case, for a peer may take
   * nothing any more.
   */
  public void close() {
    // An empty write is answered only once everything before it has left.
    channel
        .writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
        .addListener(io.netty.channel.ChannelFutureListener.CLOSE);
    try {
      var _ = channel.eventLoop().schedule(this::abort, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      abort(); // the transport ends, and every connection with it
    }
  }

  /**
   * Ends the connection now and drops what is queued: for a peer that is silent, which may never
   * take it.
   */
  public void abort() {
    var _ = channel.close();
  }

  /** The thread that this connection's listener is called on. */
  public Executor executor() {
    return channel.eventLoop();
  }

  /** The peer's address; empty if it was gone before it was known. */
  public Optional<InetSocketAddress> remoteAddress() {
    return Optional.ofNullable((InetSocketAddress) channel.remoteAddress());
  }

  /** The peer's address, for people. */
  public String remoteName() {
    return remoteName;
  }

  @Override
  public String toString() {
    return remoteName;
  }
}
