package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import lockstep.disk.store.BlockStore;
import lockstep.disk.vm.Attach;
import lockstep.disk.vm.Fence;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * The transmission phase of one connection. Everything here runs on the connection's event loop,
 * which serves no other connection and so may wait for the storage: most requests are carried out
 * and answered where they were read, without a hand-over.
 *
 * <ul>
 *   <li>Changes that have arrived together are applied in one step and answered together. A long
 *       WRITE is applied in parts as it arrives, a long READ is answered in parts as the client
 *       takes them.
 *   <li>Syncs, CACHE, and reads while the storage is slow run beside, on the {@link Workers}: a
 *       FLUSH covers what was applied before it, and what follows need not wait for it.
 *   <li>While the client does not take its answers, or much runs beside, nothing more is read from
 *       the socket: what a client can make the server hold is bounded.
 * </ul>
 *
 * <p>States: SERVING; LEAVING, after DISC, until what runs beside is done; FENCED, when the epoch
 * is over and the next request is to be told so; ENDED, when nothing is answered any more. An
 * attach that ends otherwise just ends the connection.
 */
final class Transmission extends ByteToMessageDecoder {
  /** A READ is answered in parts of this size. */
  private static final int READ_PART_BYTES = 256 << 10;

  /** A part of a WRITE is at least this long, except the last, and ends at a block's boundary. */
  private static final int WRITE_PART_BYTES = 64 << 10;

  /** Longer reads never run beside, so that these hold little. */
  private static final int BESIDE_READ_BYTES_MAX = 64 << 10;

  /** Syncs, reads and the like that run beside. */
  private static final int BESIDE_MAX = 32;

  private static final int EXTENTS_MAX = 4096;

  /** How long a fenced client without an open request has to send one, and be told. */
  private static final long FENCED_MILLIS = 50;

  /** How long a fenced client has to take its last answer. */
  private static final long LINGER_MILLIS = 2_000;

  static final int CONTEXT_ID_ALLOCATION = 1;

  private enum State {
    SERVING,
    LEAVING,
    FENCED,
    ENDED
  }

  private final Session session;
  private final BlockStore store;
  private final Workers workers;
  private final NbdMetrics metrics;
  private final Channel channel;
  private final Replies replies;
  private final ReadPace pace = new ReadPace();

  private State state = State.SERVING;
  private int beside;
  private @Nullable ReadStream reading;

  /** The WRITE whose payload arrives. */
  private @Nullable WriteStream writing;

  /** Their bytes are in the decoder's buffer: applied before {@link #decode} returns. */
  private final ChangeBatch changes;

  Transmission(
      Channel channel, Session session, BlockStore store, Workers workers, NbdMetrics metrics) {
    this.channel = channel;
    this.session = session;
    this.store = store;
    this.workers = workers;
    this.metrics = metrics;
    this.replies = new Replies(channel, session.structured());
    this.changes = new ChangeBatch(session, store, metrics);
  }

  // What arrives.

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    while (ready() && step(in)) {
      // Each step takes a request, or a part of one.
    }
    settle();
    switch (state) {
      case SERVING -> {}
      case FENCED -> {
        if (in.readableBytes() >= Nbd.REQUEST_BYTES) {
          replyFenced(header(in).cookie());
        }
      }
      case LEAVING, ENDED -> in.skipBytes(in.readableBytes());
    }
  }

  /** Unlike the decoder's own, this one never reads on while autoRead is off. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    discardSomeReadBytes();
  }

  private boolean ready() {
    return state == State.SERVING && beside < BESIDE_MAX && channel.isWritable();
  }

  /** False if more bytes are needed. */
  private boolean step(ByteBuf in) {
    ReadStream read = reading;
    WriteStream write = writing;
    if (read != null) {
      readPart(read);
      return true;
    }
    if (write != null) {
      return payload(write, in);
    }
    if (in.readableBytes() < Nbd.REQUEST_BYTES) {
      return false;
    }
    request(header(in));
    return true;
  }

  private static RequestHeader header(ByteBuf in) {
    int magic = in.readInt();
    if (magic != Nbd.REQUEST_MAGIC) {
      throw new ProtocolException(String.format("no request magic: %#x", magic));
    }
    return RequestHeader.decode(in);
  }

  /** Applies and sends what is left of the steps, and reads on if there is room. */
  private void settle() {
    applyChanges();
    replies.send();
    if (channel.isOpen()) {
      channel.config().setAutoRead(state != State.SERVING || ready());
    }
  }

  /** Goes on when something that was waited for has happened. */
  private void resume(ChannelHandlerContext context) throws Exception {
    ReadStream read = reading;
    while (ready() && read != null) {
      readPart(read);
      read = reading;
    }
    settle();
    // What has arrived meanwhile is with the decoder.
    channelRead(context, Unpooled.EMPTY_BUFFER);
    if (state == State.LEAVING && beside == 0) {
      end();
    }
  }

  private void resumeSoon() {
    ChannelHandlerContext context = channel.pipeline().context(this);
    if (context != null) {
      context
          .executor()
          .execute(
              () -> {
                try {
                  resume(context);
                } catch (Exception e) {
                  exceptionCaught(context, e);
                }
              });
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      resumeSoon();
    }
  }

  // Requests.

  private void request(RequestHeader request) {
    int error = RequestRules.check(request, session.info(), session.allocation());
    if (request.type() == Nbd.CMD_WRITE && request.length() > 0) {
      writing = new WriteStream(request, error);
    } else if (error != Nbd.OK) {
      metrics.errors.mark();
      replies.error(request.cookie(), error, "refused: " + request);
    } else {
      serve(request);
    }
  }

  private void serve(RequestHeader request) {
    switch (request.type()) {
      case Nbd.CMD_READ -> read(request);
      case Nbd.CMD_WRITE -> zero(request, Change.Kind.WRITE, true);
      case Nbd.CMD_TRIM -> zero(request, Change.Kind.TRIM, true);
      case Nbd.CMD_WRITE_ZEROES -> writeZeroes(request);
      case Nbd.CMD_FLUSH -> {
        applyChanges();
        sync(List.of(request.cookie()));
      }
      case Nbd.CMD_BLOCK_STATUS -> blockStatus(request);
      case Nbd.CMD_CACHE -> cache(request);
      case Nbd.CMD_DISC -> {
        applyChanges();
        state = State.LEAVING;
        resumeSoon();
      }
      default -> throw new IllegalStateException("a command that the rules let pass: " + request);
    }
  }

  private void read(RequestHeader request) {
    applyChanges();
    if (state != State.SERVING) {
      return;
    }
    if (request.length() == 0) {
      if (session.structured()) {
        replies.done(request.cookie());
      } else {
        replies.ok(request.cookie());
      }
    } else if (pace.isSlow() && request.length() <= BESIDE_READ_BYTES_MAX) {
      readBeside(request);
    } else {
      ReadStream stream = new ReadStream(request);
      reading = stream;
      readPart(stream);
    }
  }

  private void readPart(ReadStream stream) {
    int length = (int) Math.min(READ_PART_BYTES, stream.remaining());
    long startNanos = System.nanoTime();
    try {
      Fence.StoreAction part = () -> stream.part(session.reader(), replies, length);
      Attach.End end = session.perform(part);
      if (end != Attach.End.NONE) {
        attachEnded(end, stream.begun() ? Optional.empty() : Optional.of(stream.cookie()));
        return;
      }
      metrics.readBytes.mark(length);
      session.statistics().read(length);
    } catch (IOException e) {
      if (!stream.failed(replies, errorOf(e), StorageErrors.text(e))) {
        end();
        return;
      }
    }
    long nanos = System.nanoTime() - startNanos;
    metrics.read.update(nanos, TimeUnit.NANOSECONDS);
    if (length <= BESIDE_READ_BYTES_MAX) {
      pace.took(nanos);
    }
    if (stream.remaining() == 0) {
      stream.finish(replies);
      reading = null;
    }
    replies.sendMuch();
  }

  /** The storage is slow: reads of this connection wait for it together. */
  private void readBeside(RequestHeader request) {
    beside(
        () -> {
          int length = (int) request.length();
          ByteBuf data = channel.alloc().directBuffer(length);
          try {
            long startNanos = System.nanoTime();
            Attach.End end =
                session.perform(
                    () -> session.reader().read(request.offset(), data.nioBuffer(0, length)));
            long nanos = System.nanoTime() - startNanos;
            metrics.read.update(nanos, TimeUnit.NANOSECONDS);
            data.writerIndex(length);
            return () -> {
              pace.took(nanos);
              answerRead(request, data, end);
            };
          } catch (IOException e) {
            data.release();
            return () -> replies.error(request.cookie(), errorOf(e), StorageErrors.text(e));
          }
        });
  }

  private void answerRead(RequestHeader request, ByteBuf data, Attach.End end) {
    try {
      if (end != Attach.End.NONE) {
        attachEnded(end, Optional.of(request.cookie()));
      } else if (state == State.SERVING || state == State.LEAVING) {
        metrics.readBytes.mark(data.readableBytes());
        session.statistics().read(data.readableBytes());
        ReadStream.whole(replies, request, data);
      }
    } finally {
      data.release();
    }
  }

  private void writeZeroes(RequestHeader request) {
    boolean fast = (request.flags() & Nbd.CMD_FLAG_FAST_ZERO) != 0;
    if (fast && !store.zeroesFast()) {
      replies.error(request.cookie(), Nbd.ENOTSUP, "zeroes are written here");
    } else {
      boolean hole = (request.flags() & Nbd.CMD_FLAG_NO_HOLE) == 0;
      zero(request, Change.Kind.WRITE_ZEROES, hole);
    }
  }

  private void zero(RequestHeader request, Change.Kind kind, boolean hole) {
    boolean fua = (request.flags() & Nbd.CMD_FLAG_FUA) != 0;
    var zero = new BlockStore.Zero(request.offset(), request.length(), hole);
    add(new Change(request.cookie(), zero, kind, fua, true));
  }

  private void blockStatus(RequestHeader request) {
    applyChanges();
    boolean one = (request.flags() & Nbd.CMD_FLAG_REQ_ONE) != 0;
    try {
      Fence.StoreAction list =
          () ->
              replies.blockStatus(
                  request.cookie(),
                  CONTEXT_ID_ALLOCATION,
                  session
                      .reader()
                      .extents(request.offset(), request.length(), one ? 1 : EXTENTS_MAX));
      Attach.End end = session.perform(list);
      if (end != Attach.End.NONE) {
        attachEnded(end, Optional.of(request.cookie()));
      }
    } catch (IOException e) {
      replies.error(request.cookie(), errorOf(e), StorageErrors.text(e));
    }
  }

  private void cache(RequestHeader request) {
    applyChanges();
    beside(
        () -> {
          try {
            Attach.End end =
                session.perform(
                    () -> session.reader().prefetch(request.offset(), request.length()));
            return () -> {
              if (end != Attach.End.NONE) {
                attachEnded(end, Optional.of(request.cookie()));
              } else {
                replies.ok(request.cookie());
              }
            };
          } catch (IOException e) {
            return () -> replies.error(request.cookie(), errorOf(e), StorageErrors.text(e));
          }
        });
  }

  // Changes.

  /** Takes a part of a payload; false if too little has arrived. */
  private boolean payload(WriteStream stream, ByteBuf in) {
    if (stream.error() != Nbd.OK) {
      stream.skip(in);
    } else {
      int length = stream.part(in.readableBytes(), WRITE_PART_BYTES);
      if (length == 0) {
        return false;
      }
      add(stream.take(in, length));
    }
    if (stream.remaining() == 0) {
      writing = null;
      if (stream.error() != Nbd.OK) {
        replies.error(stream.cookie(), stream.error(), "refused: " + stream.request());
      }
      return true;
    }
    return in.isReadable();
  }

  private void add(Change change) {
    changes.add(change);
    if (changes.isFull()) {
      applyChanges();
    }
  }

  private void applyChanges() {
    if (changes.isEmpty()) {
      return;
    }
    int error = Nbd.OK;
    String text = "";
    Attach.End end = Attach.End.NONE;
    try {
      end = changes.apply();
    } catch (IOException e) {
      error = errorOf(e);
      text = StorageErrors.text(e);
    }
    List<Change> applied = changes.take();
    if (end == Attach.End.NONE) {
      answerChanges(applied, error, text);
    } else {
      attachEnded(end, Optional.of(applied.getFirst().cookie()));
    }
  }

  private void answerChanges(List<Change> applied, int error, String text) {
    List<Long> waitForSync = new ArrayList<>();
    for (Change change : applied) {
      WriteStream stream = writing;
      if (error != Nbd.OK && change.last()) {
        replies.error(change.cookie(), error, text);
      } else if (error != Nbd.OK && stream != null && stream.cookie() == change.cookie()) {
        stream.failed(error); // told when the rest of its payload has arrived
      } else if (change.last() && change.fua()) {
        waitForSync.add(change.cookie());
      } else if (change.last()) {
        replies.ok(change.cookie());
      }
    }
    if (!waitForSync.isEmpty()) {
      sync(waitForSync);
    }
  }

  private void sync(List<Long> cookies) {
    beside++;
    long startNanos = System.nanoTime();
    ChannelHandlerContext context = channel.pipeline().context(this);
    workers.sync(
        session.disk(),
        failure ->
            finish(
                context,
                () -> {
                  metrics.flush.update(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
                  session.statistics().flushed();
                  synced(cookies, failure);
                }));
  }

  private void synced(List<Long> cookies, Optional<IOException> failure) {
    // Nothing is promised to a client of an older epoch any more.
    if (session.attach().end() != Attach.End.NONE) {
      attachEnded(session.attach().end(), Optional.of(cookies.getFirst()));
    } else if (failure.isPresent()) {
      int error = errorOf(failure.get());
      cookies.forEach(cookie -> replies.error(cookie, error, StorageErrors.text(failure.get())));
    } else {
      cookies.forEach(replies::ok);
    }
  }

  // What runs beside.

  /** Work for a worker; what it returns is run on the event loop. */
  @FunctionalInterface
  private interface Beside {
    Runnable run();
  }

  private void beside(Beside work) {
    beside++;
    ChannelHandlerContext context = channel.pipeline().context(this);
    workers.execute(() -> finish(context, work.run()));
  }

  private void finish(ChannelHandlerContext context, Runnable answer) {
    context
        .executor()
        .execute(
            () -> {
              beside--;
              if (state == State.ENDED) {
                closeReader();
              }
              answer.run();
              try {
                resume(context);
              } catch (Exception e) {
                exceptionCaught(context, e);
              }
            });
  }

  // Ends.

  /** Hears, on any thread, that the attach has ended. */
  void attachEnded(Attach.End end) {
    channel.eventLoop().execute(() -> attachEnded(end, Optional.empty()));
  }

  /**
   * Refuses.
   *
   * @param open a request that waits for its answer
   */
  private void attachEnded(Attach.End end, Optional<Long> open) {
    if (end == Attach.End.FENCED && state != State.ENDED) {
      Optional<Long> cookie =
          open.isPresent() || writing == null ? open : Optional.of(writing.cookie());
      if (cookie.isPresent()) {
        replyFenced(cookie.get());
      } else if (reading != null) {
        // Part of its data may be on its way already.
        end();
      } else if (state != State.FENCED) {
        state = State.FENCED;
        channel.config().setAutoRead(true);
        var _ = channel.eventLoop().schedule(this::end, FENCED_MILLIS, TimeUnit.MILLISECONDS);
        resumeSoon();
      }
    } else {
      end();
    }
  }

  /** Says that the epoch is over, and ends the connection so that this is not lost. */
  private void replyFenced(long cookie) {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    metrics.fenced.mark();
    replies.error(cookie, Nbd.ESHUTDOWN, "the epoch is over");
    replies.send();
    // Closing a socket with unread bytes would reset it, and the client lose the answer: so the
    // rest is read and forgotten for a while.
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            _ -> {
              var _ = ((SocketChannel) channel).shutdownOutput();
            });
    channel.config().setAutoRead(true);
    var _ = channel.eventLoop().schedule(this::close, LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void close() {
    var _ = channel.close();
  }

  private void end() {
    if (state != State.ENDED) {
      state = State.ENDED;
      replies.send();
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    state = State.ENDED;
    super.channelInactive(context);
    replies.release();
    closeReader();
    session.detach();
  }

  private void closeReader() {
    if (beside == 0 && !channel.isOpen()) {
      session.reader().close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    NbdServer.disconnect(context, cause, metrics);
  }

  private int errorOf(IOException failure) {
    metrics.errors.mark();
    session.statistics().failed();
    return StorageErrors.number(session.export(), failure);
  }
}
