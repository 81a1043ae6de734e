package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.OptionalLong;
import lockstep.disk.store.DiskReader;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.RequestHeader;

/**
 * A READ that is answered in parts: as one simple reply, as a chunk for each part, or as one chunk
 * if the client has asked for that (DF).
 */
final class ReadStream {
  private final RequestHeader request;
  private final boolean unfragmented;
  private long done;

  /** Of a chunk that has begun and can't be taken back: the rest of it is padded with zeroes. */
  private int laterError = Nbd.OK;

  private long errorOffset;

  /** The one chunk's head could not say that it is the last. */
  private boolean headPromisedMore;

  ReadStream(RequestHeader request) {
    this.request = request;
    this.unfragmented = (request.flags() & Nbd.CMD_FLAG_DF) != 0;
  }

  /** Its cookie, if it can still be answered as a whole. */
  OptionalLong openCookie() {
    return done > 0 ? OptionalLong.empty() : OptionalLong.of(request.cookie());
  }

  long remaining() {
    return request.length() - done;
  }

  /** Reads the next {@code length} bytes into a reply. Nothing is replied if that fails. */
  void part(DiskReader reader, Replies replies, int length) throws IOException {
    ByteBuf out = replies.room(Nbd.STRUCTURED_REPLY_BYTES + Long.BYTES + length);
    int start = out.writerIndex();
    head(replies, length);
    int data = out.writerIndex();
    try {
      if (laterError == Nbd.OK) {
        reader.read(request.offset() + done, out.nioBuffer(data, length));
        out.writerIndex(data + length);
      } else {
        out.writeZero(length);
      }
    } catch (IOException e) {
      out.writerIndex(start);
      throw e;
    }
    done += length;
  }

  /** The next part has been read already. */
  void part(ByteBuf data, Replies replies) {
    int length = data.readableBytes();
    replies.room(Nbd.STRUCTURED_REPLY_BYTES + Long.BYTES);
    head(replies, length);
    replies.data(data);
    done += length;
  }

  /** Where the next part begins. */
  long offset() {
    return request.offset() + done;
  }

  boolean hasFailed() {
    return laterError != Nbd.OK;
  }

  private void head(Replies replies, int length) {
    if (!replies.structured()) {
      if (done == 0) {
        replies.ok(request.cookie());
      }
    } else if (!unfragmented) {
      boolean last = done + length == request.length();
      chunk(replies, request, request.offset() + done, length, last, length);
    } else if (done == 0) {
      headPromisedMore = length < request.length();
      chunk(replies, request, request.offset(), request.length(), !headPromisedMore, length);
    }
  }

  private static void chunk(
      Replies replies, RequestHeader request, long offset, long length, boolean last, int room) {
    int flags = last ? Nbd.REPLY_FLAG_DONE : 0;
    long payload = Long.BYTES + length;
    replies
        .chunk(flags, Nbd.REPLY_TYPE_OFFSET_DATA, request.cookie(), payload, Long.BYTES + room)
        .writeLong(offset);
  }

  /**
   * The next part can't be read.
   *
   * @return false if the client can't be told but by a disconnect
   */
  boolean failed(Replies replies, int error, String text) {
    if (done == 0) {
      replies.error(request.cookie(), error, text);
      done = request.length();
      return true;
    }
    if (!replies.structured()) {
      return false; // "the server MUST immediately initiate a hard disconnect"
    }
    if (unfragmented) {
      laterError = error;
      errorOffset = request.offset() + done;
    } else {
      replies.errorAt(request.cookie(), error, request.offset() + done);
      done = request.length();
    }
    return true;
  }

  /** All parts are out. */
  void finish(Replies replies) {
    if (laterError != Nbd.OK) {
      replies.errorAt(request.cookie(), laterError, errorOffset);
    } else if (headPromisedMore) {
      replies.done(request.cookie());
    }
  }

  /** A READ whose data is here as a whole. */
  static void whole(Replies replies, RequestHeader request, ByteBuf data) {
    int length = data.readableBytes();
    if (replies.structured()) {
      chunk(replies, request, request.offset(), length, true, length);
    } else {
      replies.room(Nbd.SIMPLE_REPLY_BYTES + length);
      replies.ok(request.cookie());
    }
    replies.room(length).writeBytes(data);
  }
}
