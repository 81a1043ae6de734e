package lockstep.ft.log;

import lockstep.ft.arbiter.ArbiterWire;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of a {@link Payload}: a kind, then its fields in order. */
final class PayloadCodec {
  private static final int INJECTED = 1;
  private static final int OUTPUT_MADE = 2;
  private static final int HASH_CHECKED = 3;
  private static final int PROGRESSED = 4;
  private static final int EPOCH_BEGAN = 5;
  private static final int OWN_FLUSH_BEGAN = 6;
  private static final int OWN_FLUSH_ENDED = 7;
  private static final int POWERED_OFF = 8;
  private static final int HANDED_OVER = 9;
  private static final int PAUSED = 10;
  private static final int RESUMED = 11;
  private static final int RESET = 12;
  private static final int SWITCHED_OFF = 13;

  private static final DiskStatus[] STATUSES = DiskStatus.values();

  private final InputCodec inputs = new InputCodec();

  void encode(Payload payload, WireWriter out) {
    switch (payload) {
      case Payload.Injected injected -> {
        out.int8(INJECTED);
        inputs.encode(injected.input(), out);
      }
      case Payload.OutputMade made -> {
        out.int8(OUTPUT_MADE);
        out.int64(made.output());
      }
      case Payload.HashChecked checked -> {
        out.int8(HASH_CHECKED);
        StateHashWire.write(checked.hash(), out);
      }
      case Payload.Progressed _ -> out.int8(PROGRESSED);
      case Payload.EpochBegan began -> {
        out.int8(EPOCH_BEGAN);
        out.int64(began.epoch());
        ArbiterWire.replica(began.live(), out);
        out.optional(began.backup(), ArbiterWire::replica);
      }
      case Payload.OwnFlushBegan began -> {
        out.int8(OWN_FLUSH_BEGAN);
        out.int32(began.disk());
        out.int64(began.flush());
      }
      case Payload.OwnFlushEnded ended -> {
        out.int8(OWN_FLUSH_ENDED);
        out.int32(ended.disk());
        out.int64(ended.flush());
        out.int8(ended.status().ordinal());
      }
      case Payload.PoweredOff _ -> out.int8(POWERED_OFF);
      case Payload.HandedOver _ -> out.int8(HANDED_OVER);
      case Payload.Paused _ -> out.int8(PAUSED);
      case Payload.Resumed _ -> out.int8(RESUMED);
      case Payload.Reset _ -> out.int8(RESET);
      case Payload.SwitchedOff _ -> out.int8(SWITCHED_OFF);
    }
  }

  Payload decode(WireReader in) throws MalformedMessageException {
    int kind = in.int8();
    return switch (kind) {
      case INJECTED -> new Payload.Injected(inputs.decode(in));
      case OUTPUT_MADE -> new Payload.OutputMade(in.count64("output number"));
      case HASH_CHECKED -> new Payload.HashChecked(StateHashWire.read(in));
      case PROGRESSED -> new Payload.Progressed();
      case EPOCH_BEGAN ->
          new Payload.EpochBegan(
              in.count64("epoch"), ArbiterWire.replica(in), in.optional(ArbiterWire::replica));
      case OWN_FLUSH_BEGAN ->
          new Payload.OwnFlushBegan(in.count32("disk", Integer.MAX_VALUE), in.count64("flush"));
      case OWN_FLUSH_ENDED ->
          new Payload.OwnFlushEnded(
              in.count32("disk", Integer.MAX_VALUE), in.count64("flush"), in.enumValue(STATUSES));
      case POWERED_OFF -> new Payload.PoweredOff();
      case HANDED_OVER -> new Payload.HandedOver();
      case PAUSED -> new Payload.Paused();
      case RESUMED -> new Payload.Resumed();
      case RESET -> new Payload.Reset();
      case SWITCHED_OFF -> new Payload.SwitchedOff();
      default -> throw new MalformedMessageException("no kind of payload: " + kind);
    };
  }
}
