package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import lockstep.disk.store.BlockStore;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;

/** A WRITE whose payload arrives in parts. */
final class WriteStream {
  private final RequestHeader request;
  private int error;
  private long done;

  /**
   * @param error what will answer it; its payload is then only taken from the wire
   */
  WriteStream(RequestHeader request, int error) {
    this.request = request;
    this.error = error;
  }

  RequestHeader request() {
    return request;
  }

  long cookie() {
    return request.cookie();
  }

  int error() {
    return error;
  }

  void failed(int error) {
    this.error = error;
  }

  long remaining() {
    return request.length() - done;
  }

  void skip(ByteBuf in) {
    int skipped = (int) Math.min(in.readableBytes(), remaining());
    in.skipBytes(skipped);
    done += skipped;
  }

  /**
   * How long the next part is: all of what is left; else at least {@code least} bytes, up to a
   * block's boundary, so that no block is written in two parts; else 0.
   */
  int part(int available, int least) {
    if (available >= remaining()) {
      return (int) remaining();
    }
    if (available < least) {
      return 0;
    }
    long end = request.offset() + done + available;
    return available - (int) (end % BlockStore.BLOCK_BYTES);
  }

  /** Takes a part; its bytes stay in {@code in}. */
  Change take(ByteBuf in, int length) {
    var write =
        new BlockStore.Write(request.offset() + done, in.nioBuffer(in.readerIndex(), length));
    in.skipBytes(length);
    done += length;
    boolean fua = (request.flags() & Nbd.CMD_FLAG_FUA) != 0;
    return new Change(request.cookie(), write, Change.Kind.WRITE, fua, remaining() == 0);
  }
}
