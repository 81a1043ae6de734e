package lockstep.ft.log;

import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of an {@link Input}: a kind, then its fields in order. */
final class InputCodec {
  /** The most data that one input carries: a disk read of this size. */
  static final int DATA_BYTES_MAX = 16 << 20;

  private static final int POWERED_ON = 1;
  private static final int FRAME_RECEIVED = 2;
  private static final int DISK_COMPLETED = 3;
  private static final int CLOCK_MOVED = 4;
  private static final int CONSOLE_RECEIVED = 5;
  private static final int ENTROPY_ARRIVED = 6;
  private static final int POWER_BUTTON_PRESSED = 7;
  private static final int DISK_RESIZED = 8;

  private static final int DISK_BYTES_UNIT = 4096;

  private static final DiskStatus[] STATUSES = DiskStatus.values();

  void encode(Input input, WireWriter out) {
    switch (input) {
      case Input.PoweredOn poweredOn -> {
        out.int8(POWERED_ON);
        out.bytes(poweredOn.entropySeed());
        out.int64(poweredOn.wallClockNanos());
      }
      case Input.FrameReceived frame -> {
        out.int8(FRAME_RECEIVED);
        out.bytes(frame.frame());
      }
      case Input.DiskCompleted completed -> {
        out.int8(DISK_COMPLETED);
        out.int32(completed.disk());
        out.int64(completed.requestId());
        out.int8(completed.status().ordinal());
        out.bytes(completed.data());
        out.int64(completed.incarnation());
      }
      case Input.ClockMoved moved -> {
        out.int8(CLOCK_MOVED);
        out.int64(moved.timeNanos());
      }
      case Input.ConsoleReceived console -> {
        out.int8(CONSOLE_RECEIVED);
        out.bytes(console.data());
      }
      case Input.EntropyArrived entropy -> {
        out.int8(ENTROPY_ARRIVED);
        out.int64(entropy.requestId());
        out.bytes(entropy.data());
      }
      case Input.PowerButtonPressed _ -> out.int8(POWER_BUTTON_PRESSED);
      case Input.DiskResized resized -> {
        out.int8(DISK_RESIZED);
        out.int32(resized.disk());
        out.int64(resized.sizeBytes());
      }
    }
  }

  Input decode(WireReader in) throws MalformedMessageException {
    int kind = in.int8();
    return switch (kind) {
      case POWERED_ON -> new Input.PoweredOn(in.bytes(DATA_BYTES_MAX), in.int64());
      case FRAME_RECEIVED -> new Input.FrameReceived(in.bytes(DATA_BYTES_MAX));
      case DISK_COMPLETED ->
          new Input.DiskCompleted(
              in.count32("disk", Integer.MAX_VALUE),
              in.count64("request id"),
              in.enumValue(STATUSES),
              in.bytes(DATA_BYTES_MAX),
              in.int64());
      case CLOCK_MOVED -> new Input.ClockMoved(in.count64("guest time"));
      case CONSOLE_RECEIVED -> new Input.ConsoleReceived(in.bytes(DATA_BYTES_MAX));
      case ENTROPY_ARRIVED ->
          new Input.EntropyArrived(in.count64("request id"), in.bytes(DATA_BYTES_MAX));
      case POWER_BUTTON_PRESSED -> new Input.PowerButtonPressed();
      case DISK_RESIZED ->
          new Input.DiskResized(in.count32("disk", Integer.MAX_VALUE), diskBytes(in));
      default -> throw new MalformedMessageException("no kind of input: " + kind);
    };
  }

  private static long diskBytes(WireReader in) throws MalformedMessageException {
    long bytes = in.count64("disk size");
    if (bytes == 0 || bytes % DISK_BYTES_UNIT != 0) {
      throw new MalformedMessageException("no disk has " + bytes + " bytes");
    }
    return bytes;
  }
}
