package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import lockstep.disk.store.BlockStore;
import lockstep.disk.vm.Attach;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;

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
 * attach that ends otherwise just ends the connection. While the server goes down, it is SERVING
 * and begins nothing more.
 */
final class Transmission extends ByteToMessageDecoder {
  /** How long a fenced client without an open request has to send one, and be told. */
  private static final long FENCED_MILLIS = 50;

  /** How long a fenced client has to take its last answer. */
  private static final long LINGER_MILLIS = 2_000;

  /** How long a server that goes down refuses requests, and lets the answers be taken. */
  private static final long GOING_DOWN_MILLIS = 50;

  /** How long any other has that leaves, and may have asked for much before. */
  private static final long LEAVE_MILLIS = 30_000;

  static final int CONTEXT_ID_ALLOCATION = 1;

  private enum State {
    SERVING,
    LEAVING,
    FENCED,
    ENDED
  }

  private final Channel channel;
  private final Session session;
  private final NbdMetrics metrics;
  private final Replies replies;
  private final Beside beside;
  private final Reads reads;
  private final Changes changes;

  private State state = State.SERVING;
  private boolean goingDown;

  Transmission(
      Channel channel, Session session, BlockStore store, Workers workers, NbdMetrics metrics) {
    this.channel = channel;
    this.session = session;
    this.metrics = metrics;
    this.replies = new Replies(channel, session.structured());
    this.beside = new Beside(channel.eventLoop(), workers, this::isHolding, this::besideFinished);
    Serving serving = new Serving(session, store, metrics, replies, beside, this::attachEnded);
    this.reads = new Reads(serving, channel.alloc());
    this.changes = new Changes(serving);
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
    return state == State.SERVING && !beside.isFull() && channel.isWritable();
  }

  /** False if more bytes are needed. */
  private boolean step(ByteBuf in) {
    if (reads.isUnderWay()) {
      readPart();
      return true;
    }
    beside.answerHeld();
    if (changes.writing().isPresent()) {
      return changes.payload(in);
    }
    if (in.readableBytes() < Nbd.REQUEST_BYTES) {
      return false;
    }
    request(header(in));
    return true;
  }

  /**
   * Whether nothing that ran beside may be answered now: amid the data of a long READ, or while the
   * client does not take what it was answered before. To nobody all is answered.
   */
  private boolean isHolding() {
    return channel.isActive() && (reads.isUnderWay() || !channel.isWritable());
  }

  private static RequestHeader header(ByteBuf in) {
    int magic = in.readInt();
    if (magic != Nbd.REQUEST_MAGIC) {
      throw new ProtocolException(String.format("no request magic: %#x", magic));
    }
    return RequestHeader.decode(in);
  }

  private void readPart() {
    if (!reads.nextPart()) {
      end(); // there is no other way to tell the client
    }
  }

  /** Applies and sends what is left of the steps, and reads on if there is room. */
  private void settle() {
    changes.apply();
    beside.answerHeld();
    replies.send();
    if (channel.isOpen()) {
      channel.config().setAutoRead(state != State.SERVING || ready());
    }
  }

  // Going on when something that was waited for has happened.

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      resumeSoon();
    }
  }

  private void besideFinished() {
    if (state == State.ENDED) {
      closeReader();
    }
    resume();
  }

  private void resumeSoon() {
    channel.eventLoop().execute(this::resume);
  }

  private void resume() {
    ChannelHandlerContext context = channel.pipeline().context(this);
    if (context == null) {
      replies.send(); // to nobody: this gives its buffer back
      return;
    }
    try {
      while (ready() && reads.isUnderWay()) {
        readPart();
      }
      settle();
      // What has arrived meanwhile is with the decoder.
      channelRead(context, Unpooled.EMPTY_BUFFER);
      if (state == State.LEAVING && beside.isIdle()) {
        end();
      }
    } catch (Exception e) {
      exceptionCaught(context, e);
    }
  }

  // Requests.

  private void request(RequestHeader request) {
    changes.requestCame();
    int error = error(request);
    if (request.type() == Nbd.CMD_WRITE && request.length() > 0) {
      changes.write(request, error);
    } else if (error != Nbd.OK) {
      metrics.errors.mark();
      replies.error(request.cookie(), error, "refused: " + request);
    } else {
      serve(request);
    }
  }

  /** Why it is refused. */
  private int error(RequestHeader request) {
    return goingDown && request.type() != Nbd.CMD_DISC
        ? Nbd.ESHUTDOWN
        : RequestRules.check(request, session.info(), session.allocation());
  }

  private void serve(RequestHeader request) {
    switch (request.type()) {
      case Nbd.CMD_WRITE -> changes.nothing(request);
      case Nbd.CMD_TRIM -> changes.trim(request);
      case Nbd.CMD_WRITE_ZEROES -> changes.writeZeroes(request);
      default -> {
        // These look at what was changed before them.
        changes.apply();
        if (state == State.SERVING) {
          serveAfterChanges(request);
        }
      }
    }
  }

  private void serveAfterChanges(RequestHeader request) {
    switch (request.type()) {
      case Nbd.CMD_READ -> reads.read(request);
      case Nbd.CMD_BLOCK_STATUS -> reads.blockStatus(request);
      case Nbd.CMD_CACHE -> reads.cache(request);
      case Nbd.CMD_FLUSH -> changes.flush(request);
      case Nbd.CMD_DISC -> {
        state = State.LEAVING;
        resumeSoon();
      }
      default -> throw new IllegalStateException("a command that the rules let pass: " + request);
    }
  }

  // Ends.

  /**
   * The server goes down: what was begun is finished and answered for a moment, and the rest
   * refused. But a VMM would take that for the end of its epoch: it only loses its connection.
   */
  void serverGoesDown() {
    if (session.attach().access() == Attach.Access.VMM) {
      end();
      return;
    }
    goingDown = true;
    var _ =
        channel.eventLoop().schedule(this::lastAnswer, GOING_DOWN_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Hears, on any thread, that the attach has ended. */
  void attachEnded(Attach.End end) {
    channel.eventLoop().execute(() -> attachEnded(end, OptionalLong.empty()));
  }

  private void attachEnded(Attach.End end, OptionalLong open) {
    if (end == Attach.End.FENCED && state != State.ENDED) {
      OptionalLong cookie = open.isPresent() ? open : changes.writing();
      if (cookie.isPresent()) {
        replyFenced(cookie.getAsLong());
      } else if (reads.isUnderWay()) {
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
    sayNoMore();
    closeAfter(LINGER_MILLIS);
  }

  private void lastAnswer() {
    if (state == State.SERVING && !reads.isUnderWay()) {
      state = State.ENDED;
      sayNoMore();
      closeAfter(GOING_DOWN_MILLIS);
    } else {
      end();
    }
  }

  /** Sends what is gathered, and the end of it. */
  private void sayNoMore() {
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
  }

  private void closeAfter(long millis) {
    Future<?> closing =
        channel.eventLoop().schedule(() -> channel.close(), millis, TimeUnit.MILLISECONDS);
    // Or all that the connection was would be kept for as long.
    var _ = channel.closeFuture().addListener(_ -> closing.cancel(false));
  }

  private void end() {
    if (state != State.ENDED) {
      state = State.ENDED;
      replies.send();
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      // Who takes no answers does not keep its place for that.
      closeAfter(LEAVE_MILLIS);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    state = State.ENDED;
    super.channelInactive(context);
    reads.end();
    beside.answerHeld(); // to nobody: this gives their buffers back
    replies.release();
    closeReader();
    session.detach();
  }

  private void closeReader() {
    if (beside.isIdle() && !channel.isOpen()) {
      session.reader().close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    NbdServer.disconnect(context, cause, metrics);
  }
}
