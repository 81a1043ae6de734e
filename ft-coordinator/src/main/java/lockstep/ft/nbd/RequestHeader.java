package lockstep.ft.nbd;

import io.netty.buffer.ByteBuf;

/**
 * The 28 bytes that open every request ("Request message"). Says nothing of whether the request can
 * be served.
 *
 * @param flags {@code CMD_FLAG_*}
 * @param type {@code CMD_*}, or a number that nobody has defined
 * @param cookie the reply carries it back
 * @param offset bytes from the start of the disk, unsigned
 * @param length bytes, 0 to 2^32-1
 */
public record RequestHeader(int flags, int type, long cookie, long offset, long length) {

  public void encode(ByteBuf to) {
    to.writeInt(Nbd.REQUEST_MAGIC);
    to.writeShort(flags);
    to.writeShort(type);
    to.writeLong(cookie);
    to.writeLong(offset);
    to.writeInt((int) length);
  }

  /**
   * Decodes what follows {@link Nbd#REQUEST_MAGIC}, which the caller has checked: 24 readable
   * bytes.
   */
  public static RequestHeader decode(ByteBuf from) {
    return new RequestHeader(
        from.readUnsignedShort(),
        from.readUnsignedShort(),
        from.readLong(),
        from.readLong(),
        from.readUnsignedInt());
  }

  /** For the log: {@code WRITE 4096+512}. */
  @Override
  public String toString() {
    return typeName() + " " + Long.toUnsignedString(offset) + "+" + length + " flags=" + flags;
  }

  private String typeName() {
    return switch (type) {
      case Nbd.CMD_READ -> "READ";
      case Nbd.CMD_WRITE -> "WRITE";
      case Nbd.CMD_DISC -> "DISC";
      case Nbd.CMD_FLUSH -> "FLUSH";
      case Nbd.CMD_TRIM -> "TRIM";
      case Nbd.CMD_CACHE -> "CACHE";
      case Nbd.CMD_BLOCK_STATUS -> "BLOCK_STATUS";
      case Nbd.CMD_WRITE_ZEROES -> "WRITE_ZEROES";
      default -> "command " + type;
    };
  }
}
