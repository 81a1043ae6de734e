package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import lockstep.ft.nbd.Nbd;

/** Simple replies ("Simple reply message"). Structured ones get their place here. */
final class Replies {
  private Replies() {}

  static void simple(ByteBuf to, long cookie, int error) {
    to.writeInt(Nbd.SIMPLE_REPLY_MAGIC);
    to.writeInt(error);
    to.writeLong(cookie);
  }
}
