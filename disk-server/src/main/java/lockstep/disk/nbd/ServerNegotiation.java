package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import lockstep.disk.vm.Attach;
import lockstep.disk.vm.Fence;
import lockstep.ft.nbd.ExportInfo;
import lockstep.ft.nbd.ExportName;
import lockstep.ft.nbd.Nbd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of the newstyle negotiation ("Newstyle negotiation"): greeting, then options
 * until one attaches. Attaching may wait for the fence, so it happens on a worker; meanwhile
 * nothing more is decoded.
 */
final class ServerNegotiation extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(ServerNegotiation.class);

  /** A client that has not attached by then is disconnected. */
  private static final long TIMEOUT_MILLIS = 10_000;

  private static final int OPTIONS_MAX = 256;

  /** Longer option data is refused, above the second limit with a disconnect. */
  private static final int OPTION_BYTES_MAX = 8 << 10;

  private static final int OPTION_SKIPPED_BYTES_MAX = 64 << 10;

  private static final int OPTION_HEADER_BYTES = 16;

  private enum State {
    CLIENT_FLAGS,
    OPTIONS,
    ATTACHING,
    ATTACHED
  }

  private final NbdServer server;
  private State state = State.CLIENT_FLAGS;
  private boolean fixed;
  private boolean noZeroes;
  private int options;

  /** Set once the client has attached; woken when the attach ends. */
  private volatile @Nullable Lane lane;

  ServerNegotiation(NbdServer server) {
    this.server = server;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ByteBuf greeting = context.alloc().buffer();
    greeting.writeLong(Nbd.MAGIC).writeLong(Nbd.OPTION_MAGIC);
    greeting.writeShort(Nbd.FLAG_FIXED_NEWSTYLE | Nbd.FLAG_NO_ZEROES);
    context.writeAndFlush(greeting);
    context
        .executor()
        .schedule(
            () -> {
              if (state != State.ATTACHED && context.channel().isActive()) {
                LOG.info("client={} did not attach in time", context.channel().remoteAddress());
                context.close();
              }
            },
            TIMEOUT_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    switch (state) {
      case CLIENT_FLAGS -> clientFlags(in);
      case OPTIONS -> option(context, in);
      case ATTACHING, ATTACHED -> {}
    }
  }

  private void clientFlags(ByteBuf in) {
    if (in.readableBytes() < Integer.BYTES) {
      return;
    }
    int flags = in.readInt();
    if ((flags & ~(Nbd.FLAG_FIXED_NEWSTYLE | Nbd.FLAG_NO_ZEROES)) != 0) {
      throw new ProtocolException(String.format("unknown client flags: %#x", flags));
    }
    fixed = (flags & Nbd.FLAG_FIXED_NEWSTYLE) != 0;
    noZeroes = (flags & Nbd.FLAG_NO_ZEROES) != 0;
    state = State.OPTIONS;
  }

  private void option(ChannelHandlerContext context, ByteBuf in) {
    if (in.readableBytes() < OPTION_HEADER_BYTES) {
      return;
    }
    int start = in.readerIndex();
    if (in.getLong(start) != Nbd.OPTION_MAGIC) {
      throw new ProtocolException("no option magic");
    }
    int option = in.getInt(start + 8);
    long length = in.getUnsignedInt(start + 12);
    if (length > OPTION_SKIPPED_BYTES_MAX) {
      throw new ProtocolException("option " + option + " with " + length + " bytes");
    }
    if (in.readableBytes() < OPTION_HEADER_BYTES + length) {
      return;
    }
    if (++options > OPTIONS_MAX) {
      throw new ProtocolException("more than " + OPTIONS_MAX + " options");
    }
    in.skipBytes(OPTION_HEADER_BYTES);
    ByteBuf data = in.readSlice((int) length);
    if (!fixed && option != Nbd.OPT_EXPORT_NAME) {
      throw new ProtocolException("option " + option + " without the fixed newstyle");
    }
    if (length > OPTION_BYTES_MAX && option != Nbd.OPT_EXPORT_NAME) {
      reply(context, option, Nbd.REP_ERR_TOO_BIG, "at most " + OPTION_BYTES_MAX + " bytes");
      return;
    }
    handle(context, option, data);
  }

  private void handle(ChannelHandlerContext context, int option, ByteBuf data) {
    switch (option) {
      case Nbd.OPT_EXPORT_NAME -> exportName(context, data);
      case Nbd.OPT_ABORT ->
          context
              .writeAndFlush(OptionReplies.ack(context, option))
              .addListener(ChannelFutureListener.CLOSE);
      case Nbd.OPT_LIST -> list(context, data);
      case Nbd.OPT_INFO, Nbd.OPT_GO -> infoOrGo(context, option, data);
      // Structured replies, metadata contexts, TLS and extended headers come later.
      default -> reply(context, option, Nbd.REP_ERR_UNSUP, "option " + option);
    }
  }

  private void list(ChannelHandlerContext context, ByteBuf data) {
    if (data.isReadable()) {
      reply(context, Nbd.OPT_LIST, Nbd.REP_ERR_INVALID, "LIST takes no data");
      return;
    }
    for (Export export : server.exports()) {
      context.write(OptionReplies.server(context, export.path()));
    }
    context.writeAndFlush(OptionReplies.ack(context, Nbd.OPT_LIST));
  }

  private void exportName(ChannelHandlerContext context, ByteBuf data) {
    String name = data.toString(StandardCharsets.UTF_8);
    Optional<ExportName> asked = ExportName.parse(name);
    Optional<Export> export = asked.flatMap(server::export);
    if (asked.isEmpty() || export.isEmpty()) {
      throw new ProtocolException("no export " + OptionReplies.shown(name));
    }
    attach(
        context,
        export.get(),
        asked.get(),
        new Attaching() {
          @Override
          public ByteBuf granted(ExportInfo info) {
            return OptionReplies.exportName(context, info, noZeroes);
          }

          @Override
          public void refused(int type, String reason) {
            // EXPORT_NAME has no answer for an error.
            LOG.info("client={} refused: {}", context.channel().remoteAddress(), reason);
            context.close();
          }
        });
  }

  private void infoOrGo(ChannelHandlerContext context, int option, ByteBuf data) {
    Optional<OptionReplies.InfoRequest> request = OptionReplies.InfoRequest.parse(data);
    if (request.isEmpty()) {
      reply(context, option, Nbd.REP_ERR_INVALID, "malformed INFO or GO");
      return;
    }
    String name = request.get().name();
    Optional<ExportName> asked = ExportName.parse(name);
    Optional<Export> export = asked.flatMap(server::export);
    if (asked.isEmpty() || export.isEmpty()) {
      reply(context, option, Nbd.REP_ERR_UNKNOWN, "no export " + OptionReplies.shown(name));
      return;
    }
    if (option == Nbd.OPT_INFO) {
      // Asks what an attach would see, without attaching.
      Attach.Access access =
          asked.get().epoch().isPresent()
              ? Attach.Access.VMM
              : export.get().vm().fence().plainAccess();
      ExportInfo info = export.get().info(access, server.incarnation());
      context.writeAndFlush(OptionReplies.infos(context, option, request.get(), info));
      return;
    }
    attach(
        context,
        export.get(),
        asked.get(),
        new Attaching() {
          @Override
          public ByteBuf granted(ExportInfo info) {
            return OptionReplies.infos(context, option, request.get(), info);
          }

          @Override
          public void refused(int type, String reason) {
            reply(context, option, type, reason);
          }
        });
  }

  /** How an option that attaches is answered; called on the I/O thread. */
  private interface Attaching {
    ByteBuf granted(ExportInfo info);

    void refused(int type, String reason);
  }

  private void attach(
      ChannelHandlerContext context, Export export, ExportName asked, Attaching answer) {
    if (asked.epoch().isEmpty() && !server.takePlainPlace(context.channel())) {
      refused(context, export, answer, Nbd.REP_ERR_POLICY, "too many plain clients");
      return;
    }
    state = State.ATTACHING;
    context.channel().config().setAutoRead(false);
    server
        .workers()
        .execute(
            () -> {
              Fence.Answer result = export.attach(asked.epoch(), _ -> wakeLane());
              context.executor().execute(() -> attached(context, export, result, answer));
            });
  }

  private void wakeLane() {
    Lane current = lane;
    if (current != null) {
      current.wake();
    }
  }

  private void attached(
      ChannelHandlerContext context, Export export, Fence.Answer result, Attaching answer) {
    switch (result) {
      case Fence.Answer.Granted(Attach attach) ->
          enterTransmission(context, export, attach, answer);
      case Fence.Answer.Fenced(String reason) -> {
        server.metrics().fenced.mark();
        refused(context, export, answer, Nbd.REP_ERR_SHUTDOWN, reason);
      }
      case Fence.Answer.Refused(String reason) ->
          refused(context, export, answer, Nbd.REP_ERR_POLICY, reason);
    }
  }

  private void refused(
      ChannelHandlerContext context, Export export, Attaching answer, int type, String reason) {
    LOG.info(
        "disk={} client={} refused: {}", export.path(), context.channel().remoteAddress(), reason);
    answer.refused(type, reason);
    state = State.OPTIONS;
    context.channel().config().setAutoRead(true);
  }

  private void enterTransmission(
      ChannelHandlerContext context, Export export, Attach attach, Attaching answer) {
    if (!context.channel().isActive()) {
      server.workers().execute(() -> export.vm().fence().detach(attach));
      return;
    }
    server.metrics().attaches.inc();
    LOG.info(
        "disk={} client={} attached access={} epoch={}",
        export.path(),
        context.channel().remoteAddress(),
        attach.access(),
        attach.epoch());
    ExportInfo info = export.info(attach.access(), server.incarnation());
    Lane made = server.lane(context.channel(), export, attach);
    lane = made;
    state = State.ATTACHED;
    context.writeAndFlush(answer.granted(info));
    context.pipeline().addLast(new RequestDecoder(info), made);
    // What the client has sent already goes on to the decoder.
    context.pipeline().remove(this);
    context.channel().config().setAutoRead(true);
    // It may have ended before it had a lane to wake.
    made.wake();
  }

  private static void reply(ChannelHandlerContext context, int option, int type, String text) {
    context.writeAndFlush(OptionReplies.error(context, option, type, text));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    NbdServer.disconnect(context, cause, server.metrics());
  }
}
