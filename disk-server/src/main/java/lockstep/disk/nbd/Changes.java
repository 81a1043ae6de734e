package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lockstep.disk.store.BlockStore;
import lockstep.disk.vm.Attach;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * What one connection changes: WRITE, TRIM, WRITE_ZEROES, and FLUSH, which makes it stable. Changes
 * that have arrived together are applied in one step and answered together; a long WRITE is applied
 * in parts as it arrives.
 */
final class Changes {
  /** A part of a WRITE is at least this long, except the last, and ends at a block's boundary. */
  private static final int WRITE_PART_BYTES = 64 << 10;

  private final Serving serving;

  /** Their bytes are in the decoder's buffer: applied before that is left. */
  private final ChangeBatch batch;

  private final SyncPace pace = new SyncPace();

  /** The WRITE whose payload arrives. */
  private @Nullable WriteStream writing;

  Changes(Serving serving) {
    this.serving = serving;
    this.batch = new ChangeBatch(serving.session(), serving.store(), serving.metrics());
  }

  /** A request of any kind has come. */
  void requestCame() {
    pace.requestCame();
  }

  /** The cookie of the WRITE whose payload arrives. */
  OptionalLong writing() {
    WriteStream stream = writing;
    return stream == null ? OptionalLong.empty() : OptionalLong.of(stream.cookie());
  }

  /**
   * A WRITE whose payload follows.
   *
   * @param error why it is refused; its payload is only taken from the wire then
   */
  void write(RequestHeader request, int error) {
    writing = new WriteStream(request, error);
  }

  /** Takes a part of the payload; false if too little has arrived. */
  boolean payload(ByteBuf in) {
    WriteStream stream = writing;
    if (stream == null) {
      return true;
    }
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
        serving.replies().error(stream.cookie(), stream.error(), "refused: " + stream.request());
      }
      return true;
    }
    return in.isReadable();
  }

  /** A WRITE without a payload changes nothing. */
  void nothing(RequestHeader request) {
    zero(request, Change.Kind.WRITE, true);
  }

  void trim(RequestHeader request) {
    zero(request, Change.Kind.TRIM, true);
  }

  void writeZeroes(RequestHeader request) {
    boolean fast = (request.flags() & Nbd.CMD_FLAG_FAST_ZERO) != 0;
    if (fast && !serving.store().zeroesFast()) {
      serving.replies().error(request.cookie(), Nbd.ENOTSUP, "zeroes are written here");
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

  private void add(Change change) {
    batch.add(change);
    if (batch.isFull()) {
      apply();
    }
  }

  /** Applies and answers what has been gathered. */
  void apply() {
    if (batch.isEmpty()) {
      return;
    }
    int error = Nbd.OK;
    String text = "";
    Attach.End end = Attach.End.NONE;
    try {
      end = batch.apply();
    } catch (IOException e) {
      error = serving.errorOf(e);
      text = StorageErrors.text(e);
    }
    List<Change> applied = batch.take();
    if (serving.stillAttached(end, applied.getFirst().cookie())) {
      answer(applied, error, text);
    }
  }

  private void answer(List<Change> applied, int error, String text) {
    List<Long> waitForSync = new ArrayList<>();
    for (Change change : applied) {
      WriteStream stream = writing;
      if (error != Nbd.OK && change.last()) {
        serving.replies().error(change.cookie(), error, text);
      } else if (error != Nbd.OK && stream != null && stream.cookie() == change.cookie()) {
        stream.failed(error); // told when the rest of its payload has arrived
      } else if (change.last() && change.fua()) {
        waitForSync.add(change.cookie());
      } else if (change.last()) {
        serving.replies().ok(change.cookie());
      }
    }
    if (!waitForSync.isEmpty()) {
      sync(waitForSync);
    }
  }

  void flush(RequestHeader request) {
    sync(List.of(request.cookie()));
  }

  private void sync(List<Long> cookies) {
    long startNanos = System.nanoTime();
    Consumer<Optional<IOException>> synced =
        failure -> {
          serving.metrics().flush.update(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
          serving.session().statistics().flushed();
          synced(cookies, failure);
        };
    if (serving.beside().isIdle() && pace.mayWait()) {
      synced.accept(serving.beside().syncHere(serving.session().disk()));
    } else {
      pace.begins();
      serving
          .beside()
          .sync(
              serving.session().disk(),
              failure -> {
                pace.ended();
                synced.accept(failure);
              });
    }
  }

  private void synced(List<Long> cookies, Optional<IOException> failure) {
    // Nothing is promised to a client of an older epoch any more.
    if (!serving.stillAttached(serving.session().attach().end(), cookies.getFirst())) {
      return;
    }
    if (failure.isPresent()) {
      int error = serving.errorOf(failure.get());
      String text = StorageErrors.text(failure.get());
      cookies.forEach(cookie -> serving.replies().error(cookie, error, text));
    } else {
      cookies.forEach(serving.replies()::ok);
    }
  }
}
