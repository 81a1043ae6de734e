package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.io.IOException;
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
 * until one attaches. Attaching may wait for the fence; the connection's thread is its own.
 */
final class ServerNegotiation extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(ServerNegotiation.class);

  /** A client that has not attached by then is disconnected. */
  private static final long TIMEOUT_MILLIS = 10_000;

  /** A client that lists what there is may ask some things about each export. */
  private static final int OPTIONS_MAX = 4 * NbdServer.LISTED_MAX;

  /** Longer option data is refused, above the second limit with a disconnect. */
  private static final int OPTION_BYTES_MAX = 8 << 10;

  private static final int OPTION_SKIPPED_BYTES_MAX = 64 << 10;

  private static final int OPTION_HEADER_BYTES = 16;

  private enum State {
    CLIENT_FLAGS,
    OPTIONS,
    ATTACHED,
    DISCONNECTED
  }

  private final NbdServer server;
  private State state = State.CLIENT_FLAGS;
  private boolean fixed;
  private boolean noZeroes;
  private int options;

  // What the options have agreed on; TLS starts all anew.
  private boolean tls;
  private boolean structured;

  /** The export for which {@code base:allocation} was selected. */
  private Optional<String> allocationOf = Optional.empty();

  /** Set once the client has attached; hears when the attach ends. */
  private volatile @Nullable Transmission transmission;

  ServerNegotiation(NbdServer server) {
    this.server = server;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ByteBuf greeting = context.alloc().buffer();
    greeting.writeLong(Nbd.MAGIC).writeLong(Nbd.OPTION_MAGIC);
    greeting.writeShort(Nbd.FLAG_FIXED_NEWSTYLE | Nbd.FLAG_NO_ZEROES);
    var _ = context.writeAndFlush(greeting);
    Future<?> timeout =
        context
            .executor()
            .schedule(
                () -> {
                  if (state != State.ATTACHED && context.channel().isActive()) {
                    LOG.info("client={} did not attach in time", context.channel().remoteAddress());
                    var _ = context.close();
                  }
                },
                TIMEOUT_MILLIS,
                TimeUnit.MILLISECONDS);
    // Or all that a client was would be kept for as long.
    var _ = context.channel().closeFuture().addListener(_ -> timeout.cancel(false));
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    switch (state) {
      case CLIENT_FLAGS -> clientFlags(in);
      case OPTIONS -> option(context, in);
      case ATTACHED -> {}
      case DISCONNECTED -> in.skipBytes(in.readableBytes());
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
    if (!context.channel().isWritable()) {
      throw new ProtocolException("it asks on and takes no answers");
    }
    in.skipBytes(OPTION_HEADER_BYTES);
    ByteBuf data = in.readSlice((int) length);
    if (option == Nbd.OPT_EXPORT_NAME) {
      exportName(context, data);
    } else if (!fixed) {
      throw new ProtocolException("option " + option + " without the fixed newstyle");
    } else if (option == Nbd.OPT_ABORT) {
      context
          .writeAndFlush(OptionReplies.ack(context, option))
          .addListener(ChannelFutureListener.CLOSE);
    } else if (option == Nbd.OPT_STARTTLS) {
      startTls(context, data, in.isReadable());
    } else if (server.tls().isRequired() && !tls) {
      reply(context, option, Nbd.REP_ERR_TLS_REQD, "TLS first");
    } else if (length > OPTION_BYTES_MAX) {
      forgetContexts(option);
      reply(context, option, Nbd.REP_ERR_TOO_BIG, "at most " + OPTION_BYTES_MAX + " bytes");
    } else {
      handle(context, option, data);
    }
  }

  private void handle(ChannelHandlerContext context, int option, ByteBuf data) {
    switch (option) {
      case Nbd.OPT_LIST -> list(context, data);
      case Nbd.OPT_INFO, Nbd.OPT_GO -> infoOrGo(context, option, data);
      case Nbd.OPT_STRUCTURED_REPLY -> structuredReply(context, data);
      case Nbd.OPT_LIST_META_CONTEXT, Nbd.OPT_SET_META_CONTEXT ->
          metaContext(context, option, data);
      // Extended headers, for one.
      default -> reply(context, option, Nbd.REP_ERR_UNSUP, "option " + option);
    }
  }

  /**
   * @param more whether the client has sent more without waiting for the answer
   */
  private void startTls(ChannelHandlerContext context, ByteBuf data, boolean more) {
    if (!server.tls().isOffered()) {
      reply(context, Nbd.OPT_STARTTLS, Nbd.REP_ERR_POLICY, "this server has no certificate");
    } else if (tls || data.isReadable()) {
      reply(context, Nbd.OPT_STARTTLS, Nbd.REP_ERR_INVALID, "STARTTLS once, without data");
    } else if (more) {
      // It could be anybody's who sits between: nothing from before TLS may count after.
      throw new ProtocolException("bytes behind STARTTLS");
    } else {
      var _ = context.writeAndFlush(OptionReplies.ack(context, Nbd.OPT_STARTTLS));
      context.pipeline().addFirst(server.tls().handler(context.alloc()));
      tls = true;
      structured = false;
      allocationOf = Optional.empty();
    }
  }

  private void structuredReply(ChannelHandlerContext context, ByteBuf data) {
    if (data.isReadable()) {
      reply(context, Nbd.OPT_STRUCTURED_REPLY, Nbd.REP_ERR_INVALID, "it takes no data");
      return;
    }
    structured = true;
    var _ = context.writeAndFlush(OptionReplies.ack(context, Nbd.OPT_STRUCTURED_REPLY));
  }

  /** SET_META_CONTEXT replaces what was set, "including when this command fails". */
  private void forgetContexts(int option) {
    if (option == Nbd.OPT_SET_META_CONTEXT) {
      allocationOf = Optional.empty();
    }
  }

  private void metaContext(ChannelHandlerContext context, int option, ByteBuf data) {
    boolean set = option == Nbd.OPT_SET_META_CONTEXT;
    forgetContexts(option);
    Optional<OptionRequests.MetaContext> request = OptionRequests.MetaContext.parse(data);
    if (!structured || request.isEmpty()) {
      String why = structured ? "malformed" : "structured replies first";
      reply(context, option, Nbd.REP_ERR_INVALID, why);
      return;
    }
    String name = request.get().export();
    if (named(name).isEmpty()) {
      reply(context, option, Nbd.REP_ERR_UNKNOWN, "no export " + OptionReplies.shown(name));
      return;
    }
    boolean allocation = set ? request.get().selectsAllocation() : request.get().listsAllocation();
    if (allocation) {
      int id = set ? Transmission.CONTEXT_ID_ALLOCATION : 0;
      var _ = context.write(OptionReplies.metaContext(context, option, id, Nbd.CONTEXT_ALLOCATION));
    }
    if (set && allocation) {
      allocationOf = Optional.of(name);
    }
    var _ = context.writeAndFlush(OptionReplies.ack(context, option));
  }

  private void list(ChannelHandlerContext context, ByteBuf data) {
    if (data.isReadable()) {
      reply(context, Nbd.OPT_LIST, Nbd.REP_ERR_INVALID, "LIST takes no data");
      return;
    }
    var _ = context.writeAndFlush(OptionReplies.servers(context, server.exportPaths()));
  }

  /** An export, and how the client has asked for it. */
  private record NamedExport(Export export, ExportName asked) {}

  private Optional<NamedExport> named(String name) {
    return ExportName.parse(name)
        .flatMap(asked -> server.export(asked).map(export -> new NamedExport(export, asked)));
  }

  private void exportName(ChannelHandlerContext context, ByteBuf data) {
    String name = data.toString(StandardCharsets.UTF_8);
    if (server.tls().isRequired() && !tls) {
      throw new ProtocolException("EXPORT_NAME without TLS");
    }
    NamedExport named =
        named(name)
            .orElseThrow(() -> new ProtocolException("no export " + OptionReplies.shown(name)));
    attach(
        context,
        named,
        new Attaching() {
          @Override
          public ByteBuf granted(ExportInfo info) {
            return OptionReplies.exportName(context, info, noZeroes);
          }

          @Override
          public void refused(int type, String reason) {
            // EXPORT_NAME has no answer for an error.
            var _ = context.close();
          }
        });
  }

  private void infoOrGo(ChannelHandlerContext context, int option, ByteBuf data) {
    Optional<OptionRequests.Info> request = OptionRequests.Info.parse(data);
    if (request.isEmpty()) {
      reply(context, option, Nbd.REP_ERR_INVALID, "malformed INFO or GO");
      return;
    }
    String name = request.get().export();
    Optional<NamedExport> named = named(name);
    if (named.isEmpty()) {
      reply(context, option, Nbd.REP_ERR_UNKNOWN, "no export " + OptionReplies.shown(name));
      return;
    }
    if (option == Nbd.OPT_INFO) {
      // Asks what an attach would see, without attaching.
      Attach.Access access = named.get().export.access(named.get().asked);
      ExportInfo info = named.get().export.info(access, server.incarnation(), structured);
      var _ = context.writeAndFlush(OptionReplies.infos(context, option, request.get(), info));
      return;
    }
    attach(
        context,
        named.get(),
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

  /** How an option that attaches is answered. */
  private interface Attaching {
    ByteBuf granted(ExportInfo info);

    void refused(int type, String reason);
  }

  /** Why an attach is refused, as the option's answer. */
  private record Refusal(int type, String reason) {}

  private void attach(ChannelHandlerContext context, NamedExport named, Attaching answer) {
    Optional<Refusal> refusal =
        named.asked.epoch().isPresent()
            ? attached(context, named, answer)
            : attachedPlain(context, named, answer);
    refusal.ifPresent(why -> refused(context, named.export, answer, why));
  }

  /** Takes one of the places for plain clients, and gives it back if the client gets no attach. */
  private Optional<Refusal> attachedPlain(
      ChannelHandlerContext context, NamedExport named, Attaching answer) {
    if (!server.takePlainPlace()) {
      return Optional.of(new Refusal(Nbd.REP_ERR_POLICY, "too many plain clients"));
    }
    boolean attached = false;
    try {
      Optional<Refusal> refusal = attached(context, named, answer);
      attached = refusal.isEmpty();
      return refusal;
    } finally {
      if (attached) {
        context.channel().closeFuture().addListener(_ -> server.givePlainPlaceBack());
      } else {
        server.givePlainPlaceBack();
      }
    }
  }

  /** Attaches and answers, or tells why not; nothing is left of a refused attach then. */
  private Optional<Refusal> attached(
      ChannelHandlerContext context, NamedExport named, Attaching answer) {
    Export export = named.export;
    return switch (export.attach(named.asked, this::attachEnded)) {
      case Fence.Answer.Granted(Attach attach) -> {
        boolean entered = false;
        try {
          Optional<Refusal> refusal =
              enterTransmission(context, export, named.asked, attach, answer);
          entered = refusal.isEmpty();
          yield refusal;
        } finally {
          if (!entered) {
            export.vm().fence().detach(attach);
          }
        }
      }
      case Fence.Answer.Fenced(String reason) -> {
        server.metrics().fenced.mark();
        yield Optional.of(new Refusal(Nbd.REP_ERR_SHUTDOWN, reason));
      }
      case Fence.Answer.Refused(String reason) ->
          Optional.of(new Refusal(Nbd.REP_ERR_POLICY, reason));
    };
  }

  private void attachEnded(Attach.End end) {
    Transmission current = transmission;
    if (current != null) {
      current.attachEnded(end);
    }
  }

  private static void refused(
      ChannelHandlerContext context, Export export, Attaching answer, Refusal why) {
    LOG.info(
        "disk={} client={} refused: {}",
        export.path(),
        context.channel().remoteAddress(),
        why.reason);
    answer.refused(why.type, why.reason);
  }

  /** Empty if it serves the client now. */
  private Optional<Refusal> enterTransmission(
      ChannelHandlerContext context,
      Export found,
      ExportName asked,
      Attach attach,
      Attaching answer) {
    // It may have been rolled back or deleted before the attach; not any more.
    Optional<Export> export = server.export(asked);
    if (export.isEmpty()) {
      return Optional.of(new Refusal(Nbd.REP_ERR_UNKNOWN, "deleted"));
    }
    Session session;
    try {
      session = server.session(export.get(), attach, structured, isAllocationOf(asked));
    } catch (IOException e) {
      LOG.error("disk={} {}", found.path(), e.getMessage());
      return Optional.of(new Refusal(Nbd.REP_ERR_POLICY, "the storage has failed"));
    }
    server.metrics().attaches.inc();
    LOG.info(
        "disk={} client={} attached access={} epoch={}",
        found.path(),
        context.channel().remoteAddress(),
        attach.access(),
        attach.epoch());
    Transmission made = server.transmission(context.channel(), session);
    transmission = made;
    state = State.ATTACHED;
    server.attached(context.channel());
    var _ = context.writeAndFlush(answer.granted(session.info()));
    context.pipeline().addLast(made);
    // What the client has sent already goes on to the next decoder.
    context.pipeline().remove(this);
    if (attach.end() != Attach.End.NONE) {
      made.attachEnded(attach.end()); // it ended before it had a place to hear of it
    }
    return Optional.empty();
  }

  private boolean isAllocationOf(ExportName asked) {
    return allocationOf.flatMap(ExportName::parse).equals(Optional.of(asked));
  }

  private static void reply(ChannelHandlerContext context, int option, int type, String text) {
    var _ = context.writeAndFlush(OptionReplies.error(context, option, type, text));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    state = State.DISCONNECTED; // what it has sent beside is not looked at, and not told of again
    NbdServer.disconnect(context, cause, server.metrics());
  }
}
