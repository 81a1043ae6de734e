package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.NoSpaceException;
import lockstep.disk.vm.Attach;
import lockstep.ft.nbd.Nbd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the commands of one attached connection, in order, on the workers.
 *
 * <p>The I/O thread queues; at most one worker at a time takes turns. It rests while the queue is
 * empty, the client does not take its answers, or many syncs are open. Syncs run beside the lane: a
 * FLUSH covers what was applied before it, and what follows need not wait for it.
 *
 * <p>When its attach ends, the lane refuses what it still has: fenced, with {@link Nbd#ESHUTDOWN}
 * and a disconnect; superseded, by the disconnect alone.
 */
final class Lane extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** Above this the socket is not read; below half of it, it is again. */
  private static final int QUEUED_BYTES_MAX = 1 << 20;

  private static final int OPEN_SYNCS_MAX = 64;

  /** A READ is answered in pieces of this size. */
  private static final int READ_PIECE_BYTES = 256 << 10;

  /** Changes that are applied together, and then answered together. */
  private static final int BATCH_BYTES_MAX = 1 << 20;

  /** After so many steps other lanes get the thread. */
  private static final int STEPS_PER_TURN = 16;

  /** How long a fenced client has to take its last answer. */
  private static final long LINGER_MILLIS = 2_000;

  private final Channel channel;
  private final Export export;
  private final Attach attach;
  private final BlockStore store;
  private final Workers workers;
  private final NbdMetrics metrics;

  // Guarded by this.
  private final Deque<Command> queue = new ArrayDeque<>();
  private int queuedBytes;
  private boolean scheduled;
  private int openSyncs;
  private boolean ending;

  // Owned by the worker whose turn it is.
  private Command.@Nullable Read reading;
  private int readDone;

  /** Of the WRITE whose earlier pieces have failed. */
  private int pieceError = Nbd.OK;

  Lane(
      Channel channel,
      Export export,
      Attach attach,
      BlockStore store,
      Workers workers,
      NbdMetrics metrics) {
    this.channel = channel;
    this.export = export;
    this.attach = attach;
    this.store = store;
    this.workers = workers;
    this.metrics = metrics;
  }

  // The I/O thread.

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Command command = (Command) message;
    synchronized (this) {
      if (ending) {
        return;
      }
      queue.add(command);
      queuedBytes += command.heldBytes();
      if (queuedBytes > QUEUED_BYTES_MAX) {
        channel.config().setAutoRead(false);
      }
    }
    wake();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    wake();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    synchronized (this) {
      ending = true;
      queue.clear();
      queuedBytes = 0;
    }
    workers.execute(() -> export.vm().fence().detach(attach));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    NbdServer.disconnect(context, cause, metrics);
  }

  // Any thread.

  /** Gives the lane a turn if it has something to do. */
  void wake() {
    synchronized (this) {
      if (scheduled || !hasWork()) {
        return;
      }
      scheduled = true;
    }
    workers.execute(this::turn);
  }

  private boolean hasWork() {
    if (ending) {
      return false;
    }
    if (attach.end() != Attach.End.NONE) {
      return true;
    }
    return (reading != null || !queue.isEmpty())
        && channel.isWritable()
        && openSyncs < OPEN_SYNCS_MAX;
  }

  // A worker.

  private void turn() {
    try {
      for (int step = 0; step < STEPS_PER_TURN && mayStep(); step++) {
        step();
      }
    } catch (RuntimeException | Error e) {
      // Our own bug: this connection is lost, so that its peer notices; and it is told loudly.
      channel.close();
      throw e;
    } finally {
      synchronized (this) {
        scheduled = false;
      }
    }
    wake();
  }

  private synchronized boolean mayStep() {
    return hasWork();
  }

  private void step() {
    Attach.End end = attach.end();
    Command.Read read = reading;
    if (end != Attach.End.NONE) {
      refuse(end);
    } else if (read != null) {
      readPiece(read);
    } else {
      switch (take()) {
        case Command.Read next -> {
          reading = next;
          readDone = 0;
          readPiece(next);
        }
        case Command.Modify first -> modify(first);
        case Command.Flush(long cookie) -> flush(cookie);
        case Command.Reject(long cookie, int error) -> {
          metrics.errors.mark();
          reply(cookie, error);
        }
        case Command.Disconnect _ -> end();
      }
    }
  }

  private synchronized Command take() {
    Command command = queue.remove();
    queuedBytes -= command.heldBytes();
    if (queuedBytes <= QUEUED_BYTES_MAX / 2 && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
    return command;
  }

  private void readPiece(Command.Read read) {
    int length = Math.min(READ_PIECE_BYTES, read.length() - readDone);
    boolean first = readDone == 0;
    ByteBuf out = channel.alloc().directBuffer(Nbd.SIMPLE_REPLY_BYTES + length);
    try (var _ = metrics.read.time()) {
      if (first) {
        Replies.simple(out, read.cookie(), Nbd.OK);
      }
      int start = out.writerIndex();
      Attach.End end =
          perform(
              () ->
                  store.read(
                      export.disk().number(),
                      read.offset() + readDone,
                      out.nioBuffer(start, length)));
      if (end != Attach.End.NONE) {
        refuseRead(read, first, end);
        return;
      }
      out.writerIndex(start + length);
      readDone += length;
      metrics.readBytes.mark(length);
      if (readDone == read.length()) {
        reading = null;
      }
      channel.writeAndFlush(out.retain());
    } catch (IOException e) {
      failed(read, first, e);
    } finally {
      out.release();
    }
  }

  private void refuseRead(Command.Read read, boolean first, Attach.End end) {
    if (first && end == Attach.End.FENCED) {
      replyFenced(read.cookie());
    } else {
      refuse(end);
    }
  }

  private void failed(Command.Read read, boolean first, IOException failure) {
    int error = errorOf(failure);
    reading = null;
    if (first) {
      reply(read.cookie(), error);
    } else {
      // The reply has begun, and a simple reply can't take its "no error" back.
      end();
    }
  }

  /** Applies the first change and those that wait behind it in one batch. */
  private void modify(Command.Modify first) {
    List<Command.Modify> batch = new ArrayList<>();
    long bytes = first.heldBytes();
    batch.add(first);
    synchronized (this) {
      while (queue.peek() instanceof Command.Modify next
          && bytes + next.heldBytes() <= BATCH_BYTES_MAX) {
        take();
        batch.add(next);
        bytes += next.heldBytes();
      }
    }
    List<BlockStore.Change> changes = batch.stream().map(Command.Modify::change).toList();
    int error = Nbd.OK;
    long startNanos = System.nanoTime();
    try {
      Attach.End end = perform(() -> store.apply(export.disk().number(), changes));
      if (end != Attach.End.NONE) {
        if (end == Attach.End.FENCED) {
          replyFenced(first.cookie());
        } else {
          refuse(end);
        }
        return;
      }
    } catch (IOException e) {
      error = errorOf(e);
    }
    long nanos = System.nanoTime() - startNanos;
    for (Command.Modify change : batch) {
      metrics.change(change.kind()).update(nanos, TimeUnit.NANOSECONDS);
      metrics.writtenBytes.mark(change.change().length());
    }
    answer(batch, error);
  }

  private void answer(List<Command.Modify> batch, int error) {
    ByteBuf replies = channel.alloc().buffer(batch.size() * Nbd.SIMPLE_REPLY_BYTES);
    List<Long> waitForSync = new ArrayList<>();
    for (Command.Modify change : batch) {
      int known = error != Nbd.OK ? error : pieceError;
      if (!change.last()) {
        pieceError = known;
        continue;
      }
      pieceError = Nbd.OK;
      if (change.fua() && known == Nbd.OK) {
        waitForSync.add(change.cookie());
      } else {
        Replies.simple(replies, change.cookie(), known);
      }
    }
    if (replies.isReadable()) {
      channel.writeAndFlush(replies);
    } else {
      replies.release();
    }
    if (!waitForSync.isEmpty()) {
      sync(waitForSync);
    }
  }

  private void flush(long cookie) {
    sync(List.of(cookie));
  }

  private void sync(List<Long> cookies) {
    synchronized (this) {
      openSyncs++;
    }
    long startNanos = System.nanoTime();
    workers.sync(failure -> synced(cookies, failure, startNanos));
  }

  private void synced(List<Long> cookies, Optional<IOException> failure, long startNanos) {
    metrics.flush.update(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    synchronized (this) {
      openSyncs--;
    }
    // Nothing is promised to a client of an older epoch any more.
    if (attach.end() == Attach.End.NONE) {
      int error = failure.isPresent() ? errorOf(failure.get()) : Nbd.OK;
      cookies.forEach(cookie -> reply(cookie, error));
    } else if (attach.end() == Attach.End.FENCED) {
      replyFenced(cookies.getFirst());
    }
    wake();
  }

  private Attach.End perform(lockstep.disk.vm.Fence.StoreAction action) throws IOException {
    return export.vm().fence().perform(attach, action);
  }

  // Answers.

  private void reply(long cookie, int error) {
    ByteBuf reply = channel.alloc().buffer(Nbd.SIMPLE_REPLY_BYTES);
    Replies.simple(reply, cookie, error);
    channel.writeAndFlush(reply);
  }

  private int errorOf(IOException failure) {
    metrics.errors.mark();
    LOG.error("disk={} {}", export.path(), failure.getMessage());
    return failure instanceof NoSpaceException ? Nbd.ENOSPC : Nbd.EIO;
  }

  /** The attach has ended: refuses what waits. */
  private void refuse(Attach.End end) {
    Optional<Long> open = end == Attach.End.FENCED ? openCookie() : Optional.empty();
    if (open.isPresent()) {
      replyFenced(open.get());
    } else {
      end();
    }
  }

  /** A request that waits for its answer and can still get one. */
  private synchronized Optional<Long> openCookie() {
    if (reading != null) {
      // Part of its data may be on its way already.
      return Optional.empty();
    }
    for (Command command : queue) {
      switch (command) {
        case Command.Read(long cookie, _, _) -> {
          return Optional.of(cookie);
        }
        case Command.Modify(long cookie, _, _, _, _) -> {
          return Optional.of(cookie);
        }
        case Command.Flush(long cookie) -> {
          return Optional.of(cookie);
        }
        case Command.Reject(long cookie, _) -> {
          return Optional.of(cookie);
        }
        case Command.Disconnect _ -> {}
      }
    }
    return Optional.empty();
  }

  /** Says that the epoch is over, and ends the connection so that this is not lost. */
  private void replyFenced(long cookie) {
    if (!beginEnding()) {
      return;
    }
    metrics.fenced.mark();
    ByteBuf reply = channel.alloc().buffer(Nbd.SIMPLE_REPLY_BYTES);
    Replies.simple(reply, cookie, Nbd.ESHUTDOWN);
    // Closing a socket with unread bytes would reset it, and the client lose the answer: so the
    // rest is read and forgotten for a while.
    channel.writeAndFlush(reply).addListener(_ -> ((SocketChannel) channel).shutdownOutput());
    channel.config().setAutoRead(true);
    channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void end() {
    if (beginEnding()) {
      channel.writeAndFlush(channel.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private synchronized boolean beginEnding() {
    if (ending) {
      return false;
    }
    ending = true;
    queue.clear();
    queuedBytes = 0;
    return true;
  }
}
