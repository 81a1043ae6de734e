package lockstep.ft.log;

import java.util.List;
import lockstep.ft.arbiter.ArbiterWire;
import lockstep.ft.machine.PagedMemory;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of a {@link LogChannelMessage}: a kind, then its fields in order. */
public final class LogChannelCodec implements MessageCodec<LogChannelMessage> {
  /** The primary cuts its batches well below it; one entry with a large disk read fits. */
  private static final int MESSAGE_BYTES_MAX = 2 * LogEntryCodec.BODY_BYTES_MAX;

  /** A hello, or its refusal: some names and numbers. */
  private static final int HELLO_BYTES_MAX = 64 << 10;

  private static final int HELLO = 1;
  private static final int HELLO_REFUSED = 2;
  private static final int ENTRIES = 3;
  private static final int ACK = 4;
  private static final int HEARTBEAT = 5;
  private static final int DIVERGED = 6;
  private static final int GUEST_ENDED = 7;
  private static final int TRANSFER_BEGAN = 8;
  private static final int TRANSFER_PAGES = 9;
  private static final int TRANSFER_TAKEN = 10;
  private static final int TRANSFER_STATE = 11;
  private static final int TRANSFER_CUT = 12;
  private static final int PATHS = 13;

  private static final int PAGES_MAX = 4096;
  private static final int PAGE_BYTES_MAX = 1 << 16;
  private static final int STATE_PART_BYTES_MAX = 4 << 20;

  private static final LogChannelMessage.HelloRole[] ROLES = LogChannelMessage.HelloRole.values();
  private static final LogChannelMessage.Refusal[] REFUSALS = LogChannelMessage.Refusal.values();

  private final LogEntryCodec entries = new LogEntryCodec();

  @Override
  public String protocol() {
    return "log channel";
  }

  @Override
  public int messageBytesMax() {
    return MESSAGE_BYTES_MAX;
  }

  @Override
  public int firstMessageBytesMax() {
    return HELLO_BYTES_MAX;
  }

  @Override
  public void encode(LogChannelMessage message, WireWriter out) {
    switch (message) {
      case LogChannelMessage.Hello hello -> encodeHello(hello, out);
      case LogChannelMessage.HelloRefused refused -> {
        out.int8(HELLO_REFUSED);
        out.int8(refused.reason().ordinal());
        out.string(refused.detail());
      }
      case LogChannelMessage.Entries batch -> {
        checkGapless(batch.entries());
        out.int8(ENTRIES);
        out.int64(batch.outputsReleased());
        out.list(batch.entries(), entries::encode);
      }
      case LogChannelMessage.Ack ack -> {
        out.int8(ACK);
        out.int64(ack.nextLsn());
        out.int64(ack.positionExecuted());
      }
      case LogChannelMessage.Heartbeat heartbeat -> {
        out.int8(HEARTBEAT);
        out.int64(heartbeat.sequence());
        out.int64(heartbeat.outputsReleased());
      }
      case LogChannelMessage.Paths paths ->
          out.int8(PATHS).flag(paths.arbiter()).flag(paths.proxy()).flag(paths.disks());
      case LogChannelMessage.Diverged diverged -> {
        out.int8(DIVERGED);
        out.int64(diverged.lsn());
        out.int64(diverged.position());
        out.string(diverged.what());
        out.optional(diverged.hash(), StateHashWire::write);
      }
      case LogChannelMessage.GuestEnded ended -> {
        out.int8(GUEST_ENDED);
        out.flag(ended.reset());
      }
      case LogChannelMessage.TransferBegan began ->
          out.int8(TRANSFER_BEGAN).int32(began.pageCount()).int32(began.pageBytes());
      case LogChannelMessage.TransferPages pages -> {
        out.int8(TRANSFER_PAGES);
        out.list(pages.pages(), (page, to) -> to.int32(page.page()).bytes(page.contents()));
      }
      case LogChannelMessage.TransferTaken taken -> out.int8(TRANSFER_TAKEN).int64(taken.bytes());
      case LogChannelMessage.TransferState state -> out.int8(TRANSFER_STATE).bytes(state.part());
      case LogChannelMessage.TransferCut cut -> {
        out.int8(TRANSFER_CUT).int64(cut.nextLsn()).int64(cut.position());
        out.int64(cut.outputsReleased());
        StateHashWire.write(cut.hash(), out);
      }
    }
  }

  @Override
  public LogChannelMessage decode(WireReader in) throws MalformedMessageException {
    int kind = in.int8();
    return switch (kind) {
      case HELLO -> decodeHello(in);
      case HELLO_REFUSED -> new LogChannelMessage.HelloRefused(in.enumValue(REFUSALS), in.string());
      case ENTRIES -> {
        long released = in.count64("outputs released");
        List<LogEntry> batch = in.list(LogChannelMessage.ENTRIES_MAX, entries::decode);
        String gap = gapIn(batch);
        if (!gap.isEmpty()) {
          throw new MalformedMessageException(gap);
        }
        yield new LogChannelMessage.Entries(batch, released);
      }
      case ACK ->
          new LogChannelMessage.Ack(in.count64("next lsn"), in.count64("position executed"));
      case HEARTBEAT ->
          new LogChannelMessage.Heartbeat(in.count64("sequence"), in.count64("outputs released"));
      case DIVERGED ->
          new LogChannelMessage.Diverged(
              in.count64("lsn"),
              in.count64("position"),
              in.string(),
              in.optional(StateHashWire::read));
      case PATHS -> new LogChannelMessage.Paths(in.flag(), in.flag(), in.flag());
      case GUEST_ENDED -> new LogChannelMessage.GuestEnded(in.flag());
      case TRANSFER_BEGAN ->
          new LogChannelMessage.TransferBegan(
              in.count32("pages", Integer.MAX_VALUE), in.count32("page size", PAGE_BYTES_MAX));
      case TRANSFER_PAGES ->
          new LogChannelMessage.TransferPages(in.list(PAGES_MAX, LogChannelCodec::decodePage));
      case TRANSFER_TAKEN -> new LogChannelMessage.TransferTaken(in.count64("bytes taken"));
      case TRANSFER_STATE -> new LogChannelMessage.TransferState(in.bytes(STATE_PART_BYTES_MAX));
      case TRANSFER_CUT ->
          new LogChannelMessage.TransferCut(
              in.count64("next lsn"),
              in.count64("position"),
              in.count64("outputs released"),
              StateHashWire.read(in));
      default -> throw new MalformedMessageException("no kind of log channel message: " + kind);
    };
  }

  private static PagedMemory.Contents decodePage(WireReader in) throws MalformedMessageException {
    return new PagedMemory.Contents(
        in.count32("page", Integer.MAX_VALUE), in.bytes(PAGE_BYTES_MAX));
  }

  private static void encodeHello(LogChannelMessage.Hello hello, WireWriter out) {
    out.int8(HELLO);
    out.int32(hello.protocolVersion());
    out.int32(hello.machineVersion());
    out.string(hello.vm());
    out.string(hello.definitionDigest());
    ArbiterWire.member(hello.replica(), out);
    out.int64(hello.epoch());
    out.int8(hello.role().ordinal());
    out.int64(hello.startPosition());
    StateHashWire.write(hello.startHash(), out);
  }

  private static LogChannelMessage.Hello decodeHello(WireReader in)
      throws MalformedMessageException {
    return new LogChannelMessage.Hello(
        in.int32(),
        in.int32(),
        in.string(),
        in.string(),
        ArbiterWire.member(in),
        in.count64("epoch"),
        in.enumValue(ROLES),
        in.count64("start position"),
        StateHashWire.read(in));
  }

  private static void checkGapless(List<LogEntry> batch) {
    String gap = gapIn(batch);
    if (!gap.isEmpty() || batch.size() > LogChannelMessage.ENTRIES_MAX) {
      throw new IllegalArgumentException(gap.isEmpty() ? "too many entries" : gap);
    }
  }

  /** What is wrong with the order of {@code batch}, or the empty text. */
  private static String gapIn(List<LogEntry> batch) {
    for (int i = 1; i < batch.size(); i++) {
      LogEntry before = batch.get(i - 1);
      LogEntry entry = batch.get(i);
      if (entry.lsn() != before.lsn() + 1) {
        return "lsn " + entry.lsn() + " follows " + before.lsn();
      }
      if (entry.position() < before.position()) {
        return "position " + entry.position() + " follows " + before.position();
      }
    }
    return "";
  }
}
