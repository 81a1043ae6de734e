package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import lockstep.disk.store.DiskReader;
import lockstep.disk.store.ExtentList;
import lockstep.disk.vm.Attach;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * What one connection reads: READ, BLOCK_STATUS, CACHE. A long READ is answered in parts as the
 * client takes them; a short one beside, while the storage is slow.
 */
final class Reads {
  /** A READ is answered in parts of this size. */
  private static final int PART_BYTES = 256 << 10;

  /** Longer reads never run beside, so that these hold little. */
  private static final int BESIDE_BYTES_MAX = 64 << 10;

  private static final int EXTENTS_MAX = 4096;

  /** One answer to BLOCK_STATUS tells of so much, about. */
  private static final long STATUS_BYTES_MAX = 1L << 30;

  /** CACHE brings so much nearer, in parts. */
  private static final long CACHE_BYTES_MAX = 4L << 20;

  private final Serving serving;
  private final ByteBufAllocator buffers;
  private final ReadPace pace = new ReadPace();

  /** The READ whose parts are being answered. */
  private @Nullable ReadStream stream;

  /** Its next part, if that is being read already. */
  private @Nullable ReadAhead ahead;

  Reads(Serving serving, ByteBufAllocator buffers) {
    this.serving = serving;
    this.buffers = buffers;
  }

  private Session session() {
    return serving.session();
  }

  /** Whether a READ has not been answered whole. */
  boolean isUnderWay() {
    return stream != null;
  }

  void read(RequestHeader request) {
    if (request.length() == 0) {
      if (session().structured()) {
        serving.replies().done(request.cookie());
      } else {
        serving.replies().ok(request.cookie());
      }
    } else if (pace.isSlow()
        && request.length() <= BESIDE_BYTES_MAX
        && serving.beside().takeRoom((int) request.length())) {
      readBeside(request);
    } else {
      stream = new ReadStream(request);
      nextPart();
    }
  }

  /** Answers the next part of the READ that is under way; tells whether the client can go on. */
  boolean nextPart() {
    ReadStream current = stream;
    if (current == null) {
      return true;
    }
    int length = (int) Math.min(PART_BYTES, current.remaining());
    long startNanos = System.nanoTime();
    try {
      Attach.End end = part(current, length);
      if (end != Attach.End.NONE) {
        serving.endings().attachEnded(end, current.openCookie());
        return true;
      }
      count(length);
    } catch (IOException e) {
      release();
      if (!current.failed(serving.replies(), serving.errorOf(e), StorageErrors.text(e))) {
        return false;
      }
    }
    serving.metrics().read.update(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    if (current.remaining() == 0) {
      current.finish(serving.replies());
      stream = null;
    }
    serving.replies().sendMuch();
    return true;
  }

  private Attach.End part(ReadStream current, int length) throws IOException {
    ReadAhead here = ahead;
    if (here != null) {
      Attach.End end = here.await(length);
      if (end == Attach.End.NONE) {
        ahead = null;
        current.part(here.data(), serving.replies());
      }
      return end;
    }
    int next = (int) Math.min(PART_BYTES, current.remaining() - length);
    if (next > 0 && pace.isSlowForLong() && !current.hasFailed()) {
      ahead = ReadAhead.begin(serving, buffers, current.offset() + length, next);
    }
    long startNanos = System.nanoTime();
    Attach.End end =
        session().perform(() -> current.part(session().reader(), serving.replies(), length));
    long nanos = System.nanoTime() - startNanos;
    if (length <= BESIDE_BYTES_MAX) {
      pace.took(nanos);
    } else if (length == PART_BYTES) {
      pace.longTook(nanos);
    }
    return end;
  }

  /** What was read ahead is not wanted any more. */
  private void release() {
    ReadAhead unused = ahead;
    ahead = null;
    if (unused != null) {
      unused.release();
    }
  }

  /** The connection has ended. */
  void end() {
    release();
    stream = null;
  }

  private void count(int bytes) {
    serving.metrics().readBytes.mark(bytes);
    session().statistics().read(bytes);
  }

  /** The storage is slow: reads of this connection wait for it together. Room was taken for it. */
  private void readBeside(RequestHeader request) {
    int length = (int) request.length();
    serving
        .beside()
        .run(
            () -> {
              ByteBuf data = buffers.directBuffer(length);
              try {
                long startNanos = System.nanoTime();
                var _ =
                    session()
                        .perform(
                            () ->
                                session()
                                    .reader()
                                    .read(request.offset(), data.nioBuffer(0, length)));
                long nanos = System.nanoTime() - startNanos;
                data.writerIndex(length);
                return () -> answer(request, data, nanos);
              } catch (IOException e) {
                data.release();
                serving.beside().giveRoomBack(length);
                return () -> serving.failed(request.cookie(), e);
              }
            });
  }

  private void answer(RequestHeader request, ByteBuf data, long nanos) {
    try {
      pace.took(nanos);
      serving.metrics().read.update(nanos, TimeUnit.NANOSECONDS);
      if (serving.stillAttached(session().attach().end(), request.cookie())) {
        count(data.readableBytes());
        ReadStream.whole(serving.replies(), request, data);
      }
    } finally {
      data.release();
      serving.beside().giveRoomBack((int) request.length());
    }
  }

  void blockStatus(RequestHeader request) {
    boolean one = (request.flags() & Nbd.CMD_FLAG_REQ_ONE) != 0;
    try {
      ExtentList found = new ExtentList(one ? 1 : EXTENTS_MAX);
      if (serving.stillAttached(gather(request, found), request.cookie())) {
        serving
            .replies()
            .blockStatus(request.cookie(), Transmission.CONTEXT_ID_ALLOCATION, found.extents());
      }
    } catch (IOException e) {
      serving.failed(request.cookie(), e);
    }
  }

  /** Looks at the disk part by part, so that a claim has to wait for one at most. */
  private Attach.End gather(RequestHeader request, ExtentList found) throws IOException {
    long length = Math.min(request.length(), STATUS_BYTES_MAX);
    AtomicLong done = new AtomicLong();
    Attach.End end = Attach.End.NONE;
    while (done.get() < length && !found.isFull() && end == Attach.End.NONE) {
      long at = done.get();
      end =
          session()
              .perform(
                  () -> {
                    for (DiskReader.Extent extent :
                        session()
                            .reader()
                            .extents(request.offset() + at, length - at, EXTENTS_MAX)) {
                      found.add(extent.length(), extent.hole());
                      done.addAndGet(extent.length());
                    }
                  });
    }
    return end;
  }

  void cache(RequestHeader request) {
    serving
        .beside()
        .run(
            () -> {
              try {
                Attach.End end = bringNearer(request);
                return () -> {
                  if (serving.stillAttached(end, request.cookie())) {
                    serving.replies().ok(request.cookie());
                  }
                };
              } catch (IOException e) {
                return () -> serving.failed(request.cookie(), e);
              }
            });
  }

  /** Part by part too. */
  private Attach.End bringNearer(RequestHeader request) throws IOException {
    long length = Math.min(request.length(), CACHE_BYTES_MAX);
    Attach.End end = Attach.End.NONE;
    for (long done = 0; done < length && end == Attach.End.NONE; done += PART_BYTES) {
      long at = request.offset() + done;
      long part = Math.min(PART_BYTES, length - done);
      end = session().perform(() -> session().reader().prefetch(at, part));
    }
    return end;
  }
}
