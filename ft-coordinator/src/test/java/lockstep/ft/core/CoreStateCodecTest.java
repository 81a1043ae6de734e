package lockstep.ft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.Output;
import lockstep.ft.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;

final class CoreStateCodecTest {
  private static final Output.DiskRequested WRITE =
      new Output.DiskRequested(0, 7, DiskOperation.WRITE, 4096, 3, Bytes.of(new byte[] {1, 2, 3}));

  private static final CoreState STATE =
      new CoreState(
          true,
          true,
          42,
          List.of(
              new Output.FrameSent(Bytes.of(new byte[] {9})),
              new Output.ConsoleWritten(5, Bytes.of(new byte[] {'x'})),
              new Output.PowerChanged(true)),
          List.of(WRITE, new Output.EntropyRequested(1, 32)),
          List.of(new KeptWrite(WRITE, -5)));

  private final CoreStateCodec codec = new CoreStateCodec();

  @Test
  void aStateSurvivesItsBytes() throws Exception {
    assertEquals(STATE, codec.fromBytes(codec.toBytes(STATE)));
    assertEquals(CoreState.POWER_ON, codec.fromBytes(codec.toBytes(CoreState.POWER_ON)));
  }

  @Test
  void aStateCutShortAnywhereIsRefused() {
    byte[] bytes = codec.toBytes(STATE);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThrows(MalformedMessageException.class, () -> codec.fromBytes(cut));
    }
  }

  @Test
  void aStateWhoseOutputsDoNotAddUpIsRefused() {
    byte[] bytes = codec.toBytes(STATE);
    bytes[0] = 0; // not powered on, but outputs made
    assertThrows(MalformedMessageException.class, () -> codec.fromBytes(bytes));
  }
}
