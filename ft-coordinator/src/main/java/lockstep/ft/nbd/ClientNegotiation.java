package lockstep.ft.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the fixed newstyle negotiation: greeting, any number of INFO, and one GO.
 * Then {@link ClientTransmission} takes its place. For the connection's event loop.
 */
final class ClientNegotiation extends ByteToMessageDecoder {
  /** From the wish to attach to the answer of GO; a server that takes longer counts as lost. */
  private static final long TIMEOUT_MILLIS = 5_000;

  private static final int GREETING_BYTES = 18;
  private static final int REPLY_HEADER_BYTES = 20;
  private static final int REPLY_BYTES_MAX = 64 << 10;
  private static final int EXPORT_INFO_BYTES = 12;

  /** What is to become of the connection, once somebody wants something of it. */
  private record Wish(String export, ClientSession session) {}

  private final Runnable answered;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Wish wish;
  private boolean greeted;
  private long sizeBytes = -1;
  private int transmissionFlags;
  private OptionalLong incarnation = OptionalLong.empty();

  /**
   * @param answered run when the server has greeted, and when it has answered {@link #ask}
   */
  ClientNegotiation(Runnable answered) {
    this.answered = answered;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
  }

  /** Asks about an export, unless it is too early for that, or too late. */
  void ask(String export) {
    ChannelHandlerContext here = context;
    if (here != null && greeted && wish == null) {
      var _ = here.writeAndFlush(option(here, Nbd.OPT_INFO, export));
    }
  }

  /** Attaches as soon as the server has greeted. The connection has been dialled. */
  void attach(String export, ClientSession session) {
    ChannelHandlerContext here = context;
    if (here == null || !here.channel().isActive()) {
      session.end(new NbdEvent.Lost("the server had ended the connection"));
      return;
    }
    if (session.ended()) {
      here.close();
      return;
    }
    wish = new Wish(export, session);
    here.executor()
        .schedule(
            () -> {
              if (!session.attached()) {
                fail(here, "no answer to the attach within " + TIMEOUT_MILLIS + " ms");
              }
            },
            TIMEOUT_MILLIS,
            TimeUnit.MILLISECONDS);
    if (greeted) {
      go(here, export);
    }
  }

  private static void go(ChannelHandlerContext context, String export) {
    var _ =
        context.writeAndFlush(
            option(context, Nbd.OPT_GO, export, Nbd.INFO_DESCRIPTION, Nbd.INFO_BLOCK_SIZE));
  }

  private static ByteBuf option(
      ChannelHandlerContext context, int option, String export, int... infos) {
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    ByteBuf out = context.alloc().buffer();
    out.writeLong(Nbd.OPTION_MAGIC).writeInt(option);
    out.writeInt(Integer.BYTES + name.length + (1 + infos.length) * Short.BYTES);
    out.writeInt(name.length).writeBytes(name).writeShort(infos.length);
    for (int info : infos) {
      out.writeShort(info);
    }
    return out;
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
        if (magic == Nbd.OPTION_REPLY_MAGIC) {
          reply(context, option, type, data);
        } else {
          fail(context, "no option reply");
        }
      }
    }
  }

  private void reply(ChannelHandlerContext context, int option, int type, ByteBuf data) {
    Wish wanted = wish;
    if (option == Nbd.OPT_GO && wanted != null) {
      replyToGo(context, wanted, type, data);
    } else if (option != Nbd.OPT_INFO) {
      fail(context, "no reply to what was asked");
    } else if (type != Nbd.REP_INFO) { // the last one
      answered.run();
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
    ByteBuf ours = context.alloc().buffer(Integer.BYTES);
    var _ =
        context.writeAndFlush(ours.writeInt(Nbd.FLAG_FIXED_NEWSTYLE | flags & Nbd.FLAG_NO_ZEROES));
    answered.run();
    Wish wanted = wish;
    if (wanted != null) {
      go(context, wanted.export);
    }
  }

  private void replyToGo(ChannelHandlerContext context, Wish wanted, int type, ByteBuf data) {
    switch (type) {
      case Nbd.REP_INFO -> info(context, data);
      case Nbd.REP_ACK -> {
        if (sizeBytes < 0) {
          fail(context, "a server that tells no size");
          return;
        }
        ExportInfo info = new ExportInfo(sizeBytes, transmissionFlags, incarnation);
        context.pipeline().replace(this, null, new ClientTransmission(wanted.session));
        wanted.session.attached(info);
      }
      case Nbd.REP_ERR_SHUTDOWN ->
          end(context, new NbdEvent.Fenced(data.toString(StandardCharsets.UTF_8)));
      default ->
          end(
              context,
              new NbdEvent.Refused(
                  String.format(
                      "attach to %s refused (%#x): %s",
                      wanted.export, type, data.toString(StandardCharsets.UTF_8))));
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
    tell(last);
    context.close();
  }

  /** Tells who wanted an attach, if anybody did. */
  private void tell(NbdEvent last) {
    Wish wanted = wish;
    if (wanted != null) {
      wanted.session.end(last);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    tell(new NbdEvent.Lost("the server ended the connection before it was attached"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(context, String.valueOf(cause.getMessage()));
  }
}
