package lockstep.vmm.machine.device.uart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.device.console.ConsoleStream;
import org.junit.jupiter.api.Test;

final class Uart16550Test {
  private static final int IER = 1;
  private static final int IIR = 2;
  private static final int LCR = 3;
  private static final int MCR = 4;
  private static final int LSR = 5;
  private static final int MSR = 6;

  private final List<Output> outputs = new ArrayList<>();
  private final ConsoleStream console = new ConsoleStream(outputs::add);
  private boolean interrupt;
  private final Uart16550 uart = new Uart16550(a -> interrupt = a, console::write, console::flush);

  private void send(String text) {
    for (byte b : text.getBytes(StandardCharsets.US_ASCII)) {
      uart.load(LSR, 0);
      uart.store(0, 0, b);
    }
  }

  private List<String> written() {
    return outputs.stream()
        .map(o -> (Output.ConsoleWritten) o)
        .map(w -> w.offset() + ":" + new String(w.data().array(), StandardCharsets.US_ASCII))
        .toList();
  }

  @Test
  void aLineLeavesAsOneOutputWithItsOffset() {
    send("hello\nworld\n");
    assertEquals(List.of("0:hello\n", "6:world\n"), written());
  }

  @Test
  void aPromptLeavesWhenTheDriverSwitchesTheTransmitInterrupt() {
    uart.store(IER, 0, 3);
    send("# ");
    assertEquals(List.of(), written());
    uart.store(IER, 0, 1);
    assertEquals(List.of("0:# "), written());
  }

  @Test
  void aPromptLeavesWhenAPollingDriverLooksTwice() {
    send("# ");
    uart.load(LSR, 0);
    uart.load(LSR, 0);
    assertEquals(List.of("0:# "), written());
  }

  @Test
  void aLongLineLeavesInBoundedParts() {
    send("x".repeat(1000));
    assertEquals(3, outputs.size());
  }

  @Test
  void theTransmitInterruptComesAgainWheneverItIsEnabled() {
    uart.store(IER, 0, 2);
    assertTrue(interrupt);
    assertEquals(2, uart.load(IIR, 0));
    assertFalse(interrupt);
    assertEquals(1, uart.load(IIR, 0));
    uart.store(IER, 0, 0);
    uart.store(IER, 0, 2);
    assertEquals(2, uart.load(IIR, 0));
  }

  @Test
  void theTransmitInterruptFollowsEveryByte() {
    uart.store(IER, 0, 2);
    uart.load(IIR, 0);
    uart.store(0, 0, 'a');
    assertTrue(interrupt);
  }

  @Test
  void typedBytesInterruptUntilTheyAreRead() {
    uart.store(IER, 0, 1);
    uart.received(new byte[] {'o', 'k'});
    assertTrue(interrupt);
    assertEquals(4, uart.load(IIR, 0));
    assertEquals('o', uart.load(0, 0));
    assertEquals(0x61, uart.load(LSR, 0));
    assertEquals('k', uart.load(0, 0));
    assertFalse(interrupt);
    assertEquals(0x60, uart.load(LSR, 0));
  }

  @Test
  void typedBytesBeyondTheBoundAreDropped() {
    uart.received(new byte[Uart16550.RECEIVE_BYTES_MAX]);
    uart.received(new byte[] {1});
    for (int i = 0; i < Uart16550.RECEIVE_BYTES_MAX; i++) {
      assertEquals(0, uart.load(0, 0));
    }
    assertEquals(0x60, uart.load(LSR, 0));
  }

  @Test
  void clearingTheReceiverForgetsWhatWaits() {
    uart.received(new byte[] {1, 2});
    uart.store(IIR, 0, 0x07);
    assertEquals(0x60, uart.load(LSR, 0));
    assertEquals(0xc1, uart.load(IIR, 0));
  }

  @Test
  void theDivisorHidesBehindItsLatchBit() {
    uart.store(LCR, 0, 0x83);
    uart.store(0, 0, 0x34);
    uart.store(1, 0, 0x12);
    assertEquals(0x34, uart.load(0, 0));
    assertEquals(0x12, uart.load(1, 0));
    uart.store(LCR, 0, 0x03);
    assertEquals(0, uart.load(1, 0));
    assertEquals(List.of(), outputs);
  }

  @Test
  void loopBackReturnsBytesAndModemLines() {
    uart.store(MCR, 0, 0x1a);
    assertEquals(0x90, uart.load(MSR, 0));
    uart.store(0, 0, 'x');
    assertEquals('x', uart.load(0, 0));
    uart.store(MCR, 0, 0x08);
    assertEquals(0xb0, uart.load(MSR, 0));
    assertEquals(List.of(), outputs);
  }
}
