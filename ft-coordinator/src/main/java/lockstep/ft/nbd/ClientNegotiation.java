package lockstep.ft.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The client's side of the fixed newstyle negotiation: greeting, one GO, its replies. Then {@link
 * ClientTransmission} takes its place.
 */
final class ClientNegotiation extends ByteToMessageDecoder {
  /** From the connection to the answer of GO; a server that takes longer counts as lost. */
  private static final long TIMEOUT_MILLIS = 5_000;

  private static final int GREETING_BYTES = 18;
  private static final int REPLY_HEADER_BYTES = 20;
  private static final int REPLY_BYTES_MAX = 64 << 10;
  private static final int EXPORT_INFO_BYTES = 12;

  private final String export;
  private final ClientSession session;
  private boolean greeted;
  private long sizeBytes = -1;
  private int transmissionFlags;
  private OptionalLong incarnation = OptionalLong.empty();

  ClientNegotiation(String export, ClientSession session) {
    this.export = export;
    this.session = session;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (session.ended()) {
      context.close();
      return;
    }
    context
        .executor()
        .schedule(
            () -> {
              if (!session.attached()) {
                fail(context, "no answer to the attach within " + TIMEOUT_MILLIS + " ms");
              }
            },
            TIMEOUT_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (!greeted) {
      greeting(context, in);
    } else if (in.readableBytes() >= REPLY_HEADER_BYTES) {
      long length = in.getUnsignedInt(in.readerIndex() + 16);
      if (length > REPLY_BYTES_MAX) {
        fail(context, "an option reply of " + length + " bytes");
      } else if (in.readableBytes() >= REPLY_HEADER_BYTES + length) {
        long magic = in.readLong();
        int option = in.readInt();
        int type = in.readInt();
        in.skipBytes(Integer.BYTES);
        ByteBuf data = in.readSlice((int) length);
        if (magic != Nbd.OPTION_REPLY_MAGIC || option != Nbd.OPT_GO) {
          fail(context, "no reply to GO");
        } else {
          reply(context, type, data);
        }
      }
    }
  }

  private void greeting(ChannelHandlerContext context, ByteBuf in) {
    if (in.readableBytes() < GREETING_BYTES) {
      return;
    }
    boolean newstyle = in.readLong() == Nbd.MAGIC && in.readLong() == Nbd.OPTION_MAGIC;
    int flags = in.readUnsignedShort();
    if (!newstyle || (flags & Nbd.FLAG_FIXED_NEWSTYLE) == 0) {
      fail(context, "not an NBD server of the fixed newstyle");
      return;
    }
    greeted = true;
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    ByteBuf go = context.alloc().buffer();
    go.writeInt(Nbd.FLAG_FIXED_NEWSTYLE | flags & Nbd.FLAG_NO_ZEROES);
    go.writeLong(Nbd.OPTION_MAGIC).writeInt(Nbd.OPT_GO);
    go.writeInt(Integer.BYTES + name.length + 3 * Short.BYTES);
    go.writeInt(name.length).writeBytes(name);
    go.writeShort(2).writeShort(Nbd.INFO_DESCRIPTION).writeShort(Nbd.INFO_BLOCK_SIZE);
    context.writeAndFlush(go);
  }

  private void reply(ChannelHandlerContext context, int type, ByteBuf data) {
    switch (type) {
      case Nbd.REP_INFO -> info(context, data);
      case Nbd.REP_ACK -> {
        if (sizeBytes < 0) {
          fail(context, "a server that tells no size");
          return;
        }
        ExportInfo info = new ExportInfo(sizeBytes, transmissionFlags, incarnation);
        context.pipeline().replace(this, null, new ClientTransmission(session));
        session.attached(info);
      }
      case Nbd.REP_ERR_SHUTDOWN ->
          end(context, new NbdEvent.Fenced(data.toString(StandardCharsets.UTF_8)));
      default ->
          end(
              context,
              new NbdEvent.Refused(
                  String.format(
                      "attach to %s refused (%#x): %s",
                      export, type, data.toString(StandardCharsets.UTF_8))));
    }
  }

  private void info(ChannelHandlerContext context, ByteBuf data) {
    if (data.readableBytes() < Short.BYTES) {
      fail(context, "an empty NBD_REP_INFO");
      return;
    }
    int kind = data.readUnsignedShort();
    if (kind == Nbd.INFO_EXPORT && data.readableBytes() == EXPORT_INFO_BYTES - Short.BYTES) {
      sizeBytes = data.readLong();
      transmissionFlags = data.readUnsignedShort();
    } else if (kind == Nbd.INFO_DESCRIPTION) {
      incarnation =
          ExportInfo.incarnationIn(new String(ByteBufUtil.getBytes(data), StandardCharsets.UTF_8));
    }
    // Block sizes are advice that our requests follow anyway; other kinds are to be ignored.
  }

  private void fail(ChannelHandlerContext context, String reason) {
    end(context, new NbdEvent.Lost(reason));
  }

  private void end(ChannelHandlerContext context, NbdEvent last) {
    session.end(last);
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    session.end(new NbdEvent.Lost("the server ended the connection before it was attached"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(context, String.valueOf(cause.getMessage()));
  }
}
