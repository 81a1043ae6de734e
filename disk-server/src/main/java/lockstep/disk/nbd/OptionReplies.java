package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.Nbd;

/** The bytes of the options' replies ("Option reply types"). */
final class OptionReplies {
  private static final int SHOWN_CHARS_MAX = 100;
  private static final int LIST_BYTES_MAX = 256 << 10;

  private OptionReplies() {}

  static ByteBuf ack(ChannelHandlerContext context, int option) {
    return header(context, option, Nbd.REP_ACK, 0);
  }

  static ByteBuf error(ChannelHandlerContext context, int option, int type, String text) {
    byte[] message = text.getBytes(StandardCharsets.UTF_8);
    return header(context, option, type, message.length).writeBytes(message);
  }

  /** The answer to LIST, in one piece: each piece has its price. Names beyond its limit lack. */
  static ByteBuf servers(ChannelHandlerContext context, List<String> names) {
    ByteBuf out = context.alloc().buffer();
    for (String name : names) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      if (out.readableBytes() + bytes.length > LIST_BYTES_MAX) {
        break;
      }
      header(out, Nbd.OPT_LIST, Nbd.REP_SERVER, Integer.BYTES + bytes.length);
      out.writeInt(bytes.length).writeBytes(bytes);
    }
    header(out, Nbd.OPT_LIST, Nbd.REP_ACK, 0);
    return out;
  }

  /** A metadata context in the answer to LIST_META_CONTEXT and SET_META_CONTEXT. */
  static ByteBuf metaContext(ChannelHandlerContext context, int option, int id, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return header(context, option, Nbd.REP_META_CONTEXT, Integer.BYTES + bytes.length)
        .writeInt(id)
        .writeBytes(bytes);
  }

  /** What INFO and GO tell, then the ACK. */
  static ByteBuf infos(
      ChannelHandlerContext context, int option, OptionRequests.Info request, ExportInfo info) {
    ByteBuf out = header(context, option, Nbd.REP_INFO, 12);
    out.writeShort(Nbd.INFO_EXPORT);
    out.writeLong(info.sizeBytes());
    out.writeShort(info.transmissionFlags());
    if (request.infos().contains(Nbd.INFO_NAME)) {
      text(out, option, Nbd.INFO_NAME, request.export());
    }
    if (request.infos().contains(Nbd.INFO_DESCRIPTION) && info.incarnation().isPresent()) {
      text(out, option, Nbd.INFO_DESCRIPTION, ExportInfo.describe(info.incarnation().getAsLong()));
    }
    if (request.infos().contains(Nbd.INFO_BLOCK_SIZE)) {
      header(out, option, Nbd.REP_INFO, Short.BYTES + 3 * Integer.BYTES);
      out.writeShort(Nbd.INFO_BLOCK_SIZE);
      out.writeInt(1).writeInt(Nbd.BLOCK_BYTES_PREFERRED).writeInt(Nbd.PAYLOAD_BYTES_MAX);
    }
    header(out, option, Nbd.REP_ACK, 0);
    return out;
  }

  /** The answer to EXPORT_NAME, which has no header. */
  static ByteBuf exportName(ChannelHandlerContext context, ExportInfo info, boolean noZeroes) {
    ByteBuf out = context.alloc().buffer();
    out.writeLong(info.sizeBytes()).writeShort(info.transmissionFlags());
    return noZeroes ? out : out.writeZero(Nbd.EXPORT_NAME_ZEROES);
  }

  /** A client's text, for the log and for people: bounded and printable. */
  static String shown(String text) {
    String cut = text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "…" : text;
    return "'" + cut.replaceAll("\\p{Cntrl}", "?") + "'";
  }

  private static void text(ByteBuf out, int option, int kind, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    header(out, option, Nbd.REP_INFO, Short.BYTES + bytes.length);
    out.writeShort(kind).writeBytes(bytes);
  }

  private static ByteBuf header(ChannelHandlerContext context, int option, int type, int length) {
    ByteBuf out = context.alloc().buffer();
    header(out, option, type, length);
    return out;
  }

  private static void header(ByteBuf out, int option, int type, int length) {
    out.writeLong(Nbd.OPTION_REPLY_MAGIC).writeInt(option).writeInt(type).writeInt(length);
  }
}
