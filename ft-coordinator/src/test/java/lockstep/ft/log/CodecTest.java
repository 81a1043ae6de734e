package lockstep.ft.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterReplyCodec;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRequestCodec;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.link.LinkMessage;
import lockstep.ft.link.LinkMessageCodec;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.PagedMemory;
import lockstep.ft.machine.StateHash;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import org.junit.jupiter.api.Test;

/**
 * Every message of every protocol: there and back, cut short at every byte, and with bits flipped.
 */
final class CodecTest {
  private static final Bytes DATA = Bytes.of(new byte[] {1, 2, 3});
  private static final ReplicaId ID = new ReplicaId(0x1234, -5);
  private static final Member MEMBER = new Member(ID, "host:1", "host:2");
  private static final ArbiterRecord RECORD =
      new ArbiterRecord("web", 7, Optional.of(MEMBER), Optional.empty(), 2);

  static List<Payload> payloads() {
    return List.of(
        new Payload.Injected(new Input.PoweredOn(DATA, 99)),
        new Payload.Injected(new Input.FrameReceived(DATA)),
        new Payload.Injected(new Input.DiskCompleted(1, 2, DiskStatus.NO_SPACE, DATA, 3)),
        new Payload.Injected(new Input.ClockMoved(5)),
        new Payload.Injected(new Input.ConsoleReceived(Bytes.EMPTY)),
        new Payload.Injected(new Input.EntropyArrived(6, DATA)),
        new Payload.Injected(new Input.PowerButtonPressed()),
        new Payload.Injected(new Input.DiskResized(1, 1L << 40)),
        new Payload.OutputMade(8),
        new Payload.HashChecked(new StateHash(-1, 1)),
        new Payload.Progressed(),
        new Payload.EpochBegan(3, ID, Optional.of(ID)),
        new Payload.EpochBegan(4, ID, Optional.empty()),
        new Payload.OwnFlushBegan(0, 1),
        new Payload.OwnFlushEnded(0, 1, DiskStatus.OK),
        new Payload.PoweredOff(),
        new Payload.HandedOver(),
        new Payload.Paused(),
        new Payload.Resumed(),
        new Payload.Reset(),
        new Payload.SwitchedOff());
  }

  static List<LogEntry> entries() {
    List<LogEntry> entries = new ArrayList<>();
    for (Payload payload : payloads()) {
      entries.add(new LogEntry(entries.size(), entries.size() * 10L, payload));
    }
    return entries;
  }

  private static List<LogChannelMessage> channelMessages() {
    return List.of(
        new LogChannelMessage.Hello(
            1,
            2,
            "web",
            "digest",
            MEMBER,
            3,
            LogChannelMessage.HelloRole.CANDIDATE,
            4,
            new StateHash(5, 6)),
        new LogChannelMessage.HelloRefused(LogChannelMessage.Refusal.OTHER_DEFINITION, "why"),
        new LogChannelMessage.Entries(entries(), 3),
        new LogChannelMessage.Entries(List.of(), 0),
        new LogChannelMessage.Ack(9, 10),
        new LogChannelMessage.Heartbeat(1, 2),
        new LogChannelMessage.Diverged(1, 2, "hash", Optional.of(new StateHash(3, 4))),
        new LogChannelMessage.Diverged(1, 2, "output", Optional.empty()),
        new LogChannelMessage.GuestEnded(true),
        new LogChannelMessage.Paths(true, false, true),
        new LogChannelMessage.TransferBegan(65536, 4096),
        new LogChannelMessage.TransferPages(
            List.of(new PagedMemory.Contents(7, DATA), new PagedMemory.Contents(8, Bytes.EMPTY))),
        new LogChannelMessage.TransferTaken(99),
        new LogChannelMessage.TransferState(DATA),
        new LogChannelMessage.TransferCut(1, 2, 3, new StateHash(4, 5)));
  }

  private static List<ArbiterRequest> requests() {
    return List.of(
        new ArbiterRequest.Hello("web"),
        new ArbiterRequest.Watch("web"),
        new ArbiterRequest.Start("web", MEMBER, 1, 2),
        new ArbiterRequest.Claim("web", MEMBER, 1, 2),
        new ArbiterRequest.TakeOver("web", MEMBER, 1, 2),
        new ArbiterRequest.Enlist("web", ID, 1, MEMBER, 2),
        new ArbiterRequest.Renew("web", ID, 1, 2),
        new ArbiterRequest.Resign("web", ID, 1, 2));
  }

  private static List<ArbiterReply> replies() {
    return List.of(
        new ArbiterReply.Hello(2),
        new ArbiterReply.HelloRefused(2, "no"),
        new ArbiterReply.Current(RECORD, 5),
        new ArbiterReply.Granted(1, RECORD, 5),
        new ArbiterReply.Refused(1, true, "no", RECORD),
        new ArbiterReply.Renewed(1, 2),
        new ArbiterReply.NotRenewed(1, ArbiterRecord.vacant("web")));
  }

  private static List<LinkMessage> linkMessages() {
    return List.of(
        new LinkMessage.Hello(1, "web", ID, 2, "digest"),
        new LinkMessage.Refused("no"),
        new LinkMessage.Live(1, 2),
        new LinkMessage.Frame(DATA),
        new LinkMessage.Ping(1),
        new LinkMessage.Pong(1));
  }

  @Test
  void everyMessageSurvivesItsBytes() throws MalformedMessageException {
    survive(new LogChannelCodec(), channelMessages());
    survive(new ArbiterRequestCodec(), requests());
    survive(new ArbiterReplyCodec(), replies());
    survive(new LinkMessageCodec(), linkMessages());
  }

  private static <M> void survive(MessageCodec<M> codec, List<M> messages)
      throws MalformedMessageException {
    for (M message : messages) {
      byte[] bytes = codec.toBytes(message);
      assertEquals(message, codec.fromBytes(bytes));
      for (int length = 0; length < bytes.length; length++) {
        byte[] cut = Arrays.copyOf(bytes, length);
        assertThrows(MalformedMessageException.class, () -> codec.fromBytes(cut));
      }
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertThrows(MalformedMessageException.class, () -> codec.fromBytes(longer));
    }
  }

  @Test
  void anyFlippedBitOfAnEntryIsNoticed() {
    LogChannelCodec codec = new LogChannelCodec();
    for (LogEntry entry : entries()) {
      byte[] bytes = codec.toBytes(new LogChannelMessage.Entries(List.of(entry), 0));
      int entryAt = 1 + Long.BYTES + Integer.BYTES;
      for (int bit = entryAt * 8; bit < bytes.length * 8; bit++) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        assertThrows(MalformedMessageException.class, () -> codec.fromBytes(flipped));
      }
    }
  }

  @Test
  void randomBytesAreMalformedAndNothingWorse() {
    SplittableRandom random = new SplittableRandom(5);
    List<MessageCodec<?>> codecs =
        List.of(
            new LogChannelCodec(),
            new ArbiterRequestCodec(),
            new ArbiterReplyCodec(),
            new LinkMessageCodec());
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = (byte) (random.nextBoolean() ? random.nextInt(9) : random.nextInt());
      }
      for (MessageCodec<?> codec : codecs) {
        try {
          codec.fromBytes(bytes);
        } catch (MalformedMessageException expected) {
          assertEquals(MalformedMessageException.class, expected.getClass());
        }
      }
    }
  }

  @Test
  void entriesWithAGapAreRefusedAtBothEnds() {
    LogEntry first = new LogEntry(1, 5, new Payload.Progressed());
    List<LogEntry> gap = List.of(first, new LogEntry(3, 6, new Payload.Progressed()));
    List<LogEntry> back = List.of(first, new LogEntry(2, 4, new Payload.Progressed()));
    for (List<LogEntry> wrong : List.of(gap, back)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new LogChannelCodec().toBytes(new LogChannelMessage.Entries(wrong, 0)));
    }
  }

  @Test
  void sizeOfAnEntryIsNeverLessThanItsBytes() {
    LogChannelCodec codec = new LogChannelCodec();
    int empty = codec.toBytes(new LogChannelMessage.Entries(List.of(), 0)).length;
    for (LogEntry entry : entries()) {
      int bytes = codec.toBytes(new LogChannelMessage.Entries(List.of(entry), 0)).length - empty;
      assertEquals(Math.max(bytes, entry.sizeBytes()), entry.sizeBytes(), entry::toString);
    }
  }
}
