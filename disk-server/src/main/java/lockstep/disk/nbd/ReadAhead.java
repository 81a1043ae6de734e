package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import lockstep.disk.vm.Attach;

/**
 * The next part of a long READ, which another thread reads while the connection's own is busy with
 * the part before. Belongs to the connection's event loop.
 */
final class ReadAhead {
  private final ByteBuf data;
  private final CompletableFuture<Attach.End> done = new CompletableFuture<>();

  private ReadAhead(ByteBuf data) {
    this.data = data;
  }

  static ReadAhead begin(Serving serving, ByteBufAllocator buffers, long offset, int length) {
    ReadAhead ahead = new ReadAhead(buffers.directBuffer(length));
    serving.beside().prepare(() -> ahead.read(serving.session(), offset, length));
    return ahead;
  }

  private void read(Session session, long offset, int length) {
    try {
      done.complete(
          session.perform(() -> session.reader().read(offset, data.nioBuffer(0, length))));
    } catch (IOException | RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  /** Waits for it; if the attach has not ended, the caller owns the data then. */
  Attach.End await(int length) throws IOException {
    try {
      Attach.End end = done.join();
      data.writerIndex(length);
      return end;
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case null, default -> throw e;
      }
    }
  }

  ByteBuf data() {
    return data;
  }

  /** Nobody wants it any more. */
  void release() {
    var _ = done.whenComplete((_, _) -> data.release());
  }
}
