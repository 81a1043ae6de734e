package lockstep.ft.core;

import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.Output;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of a {@link CoreState}, as they stand in a saved state. */
public final class CoreStateCodec implements MessageCodec<CoreState> {
  private static final int BYTES_MAX = 256 << 20;
  private static final int DATA_BYTES_MAX = 32 << 20;
  private static final int COUNT_MAX = 1 << 20;

  private static final int FRAME_SENT = 1;
  private static final int DISK_REQUESTED = 2;
  private static final int CONSOLE_WRITTEN = 3;
  private static final int ENTROPY_REQUESTED = 4;
  private static final int POWER_CHANGED = 5;

  private static final DiskOperation[] OPERATIONS = DiskOperation.values();

  @Override
  public String protocol() {
    return "saved state";
  }

  @Override
  public int messageBytesMax() {
    return BYTES_MAX;
  }

  @Override
  public void encode(CoreState state, WireWriter out) {
    out.flag(state.poweredOn());
    out.flag(state.paused());
    out.int64(state.outputsMade());
    encodeAll(state.unreleased(), out);
    encodeAll(state.open(), out);
    out.int32(state.kept().size());
    for (KeptWrite write : state.kept()) {
      encode(write.request(), out);
      out.int64(write.incarnation());
    }
  }

  @Override
  public CoreState decode(WireReader in) throws MalformedMessageException {
    boolean poweredOn = in.flag();
    boolean paused = in.flag();
    long outputsMade = in.count64("outputs made");
    List<Output> unreleased = decodeAll(in);
    List<Output> open = decodeAll(in);
    int count = in.count32("writes kept", COUNT_MAX);
    List<KeptWrite> kept = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kept.add(keptWrite(in));
    }
    try {
      return new CoreState(poweredOn, paused, outputsMade, unreleased, open, kept);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException(String.valueOf(e.getMessage()));
    }
  }

  private static KeptWrite keptWrite(WireReader in) throws MalformedMessageException {
    if (decodeOne(in) instanceof Output.DiskRequested request && request.operation().modifies()) {
      return new KeptWrite(request, in.int64());
    }
    throw new MalformedMessageException("kept what changes nothing");
  }

  private static void encodeAll(List<Output> outputs, WireWriter out) {
    out.int32(outputs.size());
    outputs.forEach(output -> encode(output, out));
  }

  private static List<Output> decodeAll(WireReader in) throws MalformedMessageException {
    int count = in.count32("outputs", COUNT_MAX);
    List<Output> outputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      outputs.add(decodeOne(in));
    }
    return outputs;
  }

  private static void encode(Output output, WireWriter out) {
    switch (output) {
      case Output.FrameSent sent -> out.int8(FRAME_SENT).bytes(sent.frame());
      case Output.DiskRequested request ->
          out.int8(DISK_REQUESTED)
              .int32(request.disk())
              .int64(request.requestId())
              .int8(request.operation().ordinal())
              .int64(request.offset())
              .int32(request.length())
              .bytes(request.data());
      case Output.ConsoleWritten console ->
          out.int8(CONSOLE_WRITTEN).int64(console.offset()).bytes(console.data());
      case Output.EntropyRequested request ->
          out.int8(ENTROPY_REQUESTED).int64(request.requestId()).int32(request.length());
      case Output.PowerChanged changed -> out.int8(POWER_CHANGED).flag(changed.reset());
    }
  }

  private static Output decodeOne(WireReader in) throws MalformedMessageException {
    int kind = in.int8();
    return switch (kind) {
      case FRAME_SENT -> new Output.FrameSent(in.bytes(DATA_BYTES_MAX));
      case DISK_REQUESTED ->
          new Output.DiskRequested(
              in.count32("disk", Integer.MAX_VALUE),
              in.count64("request id"),
              in.enumValue(OPERATIONS),
              in.count64("offset"),
              in.count32("length", Integer.MAX_VALUE),
              in.bytes(DATA_BYTES_MAX));
      case CONSOLE_WRITTEN ->
          new Output.ConsoleWritten(in.count64("console offset"), in.bytes(DATA_BYTES_MAX));
      case ENTROPY_REQUESTED ->
          new Output.EntropyRequested(
              in.count64("request id"), in.count32("length", DATA_BYTES_MAX));
      case POWER_CHANGED -> new Output.PowerChanged(in.flag());
      default -> throw new MalformedMessageException("no kind of output: " + kind);
    };
  }
}
