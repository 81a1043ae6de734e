package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import lockstep.disk.store.DiskReader;
import lockstep.ft.nbd.Nbd;

/**
 * What a connection answers, gathered so that answers which are ready together travel together.
 * Used on the connection's event loop only.
 *
 * <p>Simple replies ("Simple reply message") say success; errors, data and block status travel in
 * chunks ("Structured reply chunk message") if the client has negotiated them.
 */
final class Replies {
  /**
   * So much is sent, whether there is more or not: enough for a call of the system to be worth it,
   * and little enough for a client with a few requests under way to go on meanwhile.
   */
  private static final int SENT_BYTES_MIN = 32 << 10;

  private static final int GATHERED_BYTES_INITIAL = 4 << 10;

  /** Of the next buffer, when answers have turned out not to fit one. */
  private static final int GATHERED_BYTES_MORE = 32 << 10;

  private static final int EXTENT_BYTES = 2 * Integer.BYTES;

  private final Channel channel;
  private final boolean structured;
  private ByteBuf gathered;

  /** In buffers that are full, and with the channel: they go together with the next. */
  private int written;

  Replies(Channel channel, boolean structured) {
    this.channel = channel;
    this.structured = structured;
    this.gathered = channel.alloc().directBuffer(0, 0);
  }

  boolean structured() {
    return structured;
  }

  /** Where {@code bytes} more can be written; the caller does so at once. */
  ByteBuf room(int bytes) {
    if (gathered.writableBytes() < bytes) {
      int least = gathered.isReadable() ? GATHERED_BYTES_MORE : GATHERED_BYTES_INITIAL;
      write();
      gathered.release();
      gathered = channel.alloc().directBuffer(Math.max(bytes, least));
    }
    return gathered;
  }

  void ok(long cookie) {
    simple(cookie, Nbd.OK);
  }

  void simple(long cookie, int error) {
    room(Nbd.SIMPLE_REPLY_BYTES).writeInt(Nbd.SIMPLE_REPLY_MAGIC).writeInt(error).writeLong(cookie);
  }

  /** An error, with a text for people if the client can take one. */
  void error(long cookie, int error, String text) {
    if (!structured) {
      simple(cookie, error);
      return;
    }
    byte[] message = text.getBytes(StandardCharsets.UTF_8);
    int length = Integer.BYTES + Short.BYTES + message.length;
    chunk(Nbd.REPLY_FLAG_DONE, Nbd.REPLY_TYPE_ERROR, cookie, length, length)
        .writeInt(error)
        .writeShort(message.length)
        .writeBytes(message);
  }

  /** The error that ends a reply whose data has partly been sent. */
  void errorAt(long cookie, int error, long offset) {
    int length = Integer.BYTES + Short.BYTES + Long.BYTES;
    chunk(Nbd.REPLY_FLAG_DONE, Nbd.REPLY_TYPE_ERROR_OFFSET, cookie, length, length)
        .writeInt(error)
        .writeShort(0)
        .writeLong(offset);
  }

  /** A reply ends well, without more to say. */
  void done(long cookie) {
    chunk(Nbd.REPLY_FLAG_DONE, Nbd.REPLY_TYPE_NONE, cookie, 0, 0);
  }

  /** Extents of {@code base:allocation}. */
  void blockStatus(long cookie, int contextId, List<DiskReader.Extent> extents) {
    int length = Integer.BYTES + extents.size() * EXTENT_BYTES;
    ByteBuf out =
        chunk(Nbd.REPLY_FLAG_DONE, Nbd.REPLY_TYPE_BLOCK_STATUS, cookie, length, length)
            .writeInt(contextId);
    for (DiskReader.Extent extent : extents) {
      out.writeInt((int) extent.length())
          .writeInt((extent.hole() ? Nbd.STATE_HOLE : 0) | (extent.zero() ? Nbd.STATE_ZERO : 0));
    }
  }

  /**
   * The head of a chunk.
   *
   * @param length of its payload
   * @param room how much of the payload the caller writes at once
   */
  ByteBuf chunk(int flags, int type, long cookie, long length, int room) {
    return room(Nbd.STRUCTURED_REPLY_BYTES + room)
        .writeInt(Nbd.STRUCTURED_REPLY_MAGIC)
        .writeShort(flags)
        .writeShort(type)
        .writeLong(cookie)
        .writeInt((int) length);
  }

  /** What follows the head of a chunk, in a buffer of its own, which is sent with it. */
  void data(ByteBuf data) {
    write();
    written = 0;
    var _ = channel.writeAndFlush(data);
  }

  /** Sends what is gathered, if it is much. */
  void sendMuch() {
    if (written + gathered.readableBytes() >= SENT_BYTES_MIN) {
      send();
    }
  }

  /** Sends what is gathered. */
  void send() {
    write();
    if (written > 0) {
      written = 0;
      channel.flush();
    }
  }

  /** Hands what is gathered to the channel, to be sent with what follows. */
  private void write() {
    if (gathered.isReadable()) {
      written += gathered.readableBytes();
      var _ = channel.write(gathered);
      gathered = channel.alloc().directBuffer(0, 0);
    }
  }

  void release() {
    gathered.release();
    gathered = channel.alloc().directBuffer(0, 0);
  }
}
