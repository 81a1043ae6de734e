package lockstep.vmm.machine.device.uart;

import java.util.function.IntConsumer;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.bus.MmioDevice;
import lockstep.vmm.machine.device.console.ByteQueue;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * A 16550A serial port (National Semiconductor PC16550D data sheet) with registers of one byte.
 *
 * <p>The line is infinitely fast: what is sent has left at once, and what arrives waits in a queue
 * much longer than the chip's own. Baud rate, parity and modem lines are kept and have no effect.
 */
public final class Uart16550 implements MmioDevice {
  /** Bytes of physical address space that the port takes. */
  public static final long SIZE_BYTES = 0x100;

  /** Bytes that wait for the guest; what comes on top is dropped. */
  public static final int RECEIVE_BYTES_MAX = 16384;

  private static final int RBR_THR = 0;
  private static final int IER = 1;
  private static final int IIR_FCR = 2;
  private static final int LCR = 3;
  private static final int MCR = 4;
  private static final int LSR = 5;
  private static final int MSR = 6;
  private static final int SCR = 7;

  private static final int IER_RECEIVED = 0x01;
  private static final int IER_TRANSMIT_EMPTY = 0x02;
  private static final int IER_MASK = 0x0f;
  private static final int IIR_NONE = 0x01;
  private static final int IIR_TRANSMIT_EMPTY = 0x02;
  private static final int IIR_RECEIVED = 0x04;
  private static final int IIR_FIFOS_ENABLED = 0xc0;
  private static final int FCR_ENABLE = 0x01;
  private static final int FCR_CLEAR_RECEIVER = 0x02;
  private static final int LCR_DLAB = 0x80;
  private static final int MCR_LOOP = 0x10;
  private static final int MCR_MASK = 0x1f;
  private static final int LSR_DATA_READY = 0x01;
  private static final int LSR_TRANSMITTER_EMPTY = 0x60;
  private static final int MSR_CONNECTED = 0xb0; // DCD, DSR, CTS

  private final InterruptLine line;
  private final IntConsumer transmitted;
  private final Runnable transmitPaused;

  private final ByteQueue received = new ByteQueue(RECEIVE_BYTES_MAX);
  private int interruptEnable;
  private int lineControl;
  private int modemControl;
  private int scratch;
  private int divisor = 1;
  private boolean fifosEnabled;
  private boolean transmitEmptyPending;
  private boolean statusPolled;

  /**
   * A port at power-on.
   *
   * @param transmitted takes each byte sent
   * @param transmitPaused called when the driver seems to be done with sending for now
   */
  public Uart16550(InterruptLine line, IntConsumer transmitted, Runnable transmitPaused) {
    this.line = line;
    this.transmitted = transmitted;
    this.transmitPaused = transmitPaused;
  }

  /** Bytes arrive on the line. */
  public void received(byte[] bytes) {
    received.offer(bytes);
    updateLine();
  }

  @Override
  public long load(long offset, int log2Size) {
    if (offset > SCR) {
      return 0;
    }
    if (offset == LSR) {
      return lineStatus();
    }
    statusPolled = false;
    return switch ((int) offset) {
      case RBR_THR -> divisorSelected() ? divisor & 0xff : receive();
      case IER -> divisorSelected() ? divisor >>> 8 : interruptEnable;
      case IIR_FCR -> identifyInterrupt();
      case LCR -> lineControl;
      case MCR -> modemControl;
      case MSR -> modemStatus();
      default -> scratch;
    };
  }

  private boolean divisorSelected() {
    return (lineControl & LCR_DLAB) != 0;
  }

  private int receive() {
    int value = received.poll();
    updateLine();
    return value;
  }

  private int identifyInterrupt() {
    int fifos = fifosEnabled ? IIR_FIFOS_ENABLED : 0;
    if (receivedInterrupt()) {
      return IIR_RECEIVED | fifos;
    }
    if (transmitEmptyInterrupt()) {
      transmitEmptyPending = false; // reading it as the source clears it
      updateLine();
      return IIR_TRANSMIT_EMPTY | fifos;
    }
    return IIR_NONE | fifos;
  }

  /**
   * The transmitter is always empty. A driver that asks twice without sending in between is not
   * about to send more: one that polls looks once for each byte.
   */
  private int lineStatus() {
    if (statusPolled) {
      transmitPaused.run();
    }
    statusPolled = true;
    return LSR_TRANSMITTER_EMPTY | (received.size() > 0 ? LSR_DATA_READY : 0);
  }

  /**
   * In loop-back the modem's outputs are its inputs: DTR to DSR, RTS to CTS, OUT1 to RI, OUT2 to
   * DCD.
   */
  private int modemStatus() {
    if ((modemControl & MCR_LOOP) == 0) {
      return MSR_CONNECTED;
    }
    return (modemControl & 0x0c) << 4 | (modemControl & 0x02) << 3 | (modemControl & 0x01) << 5;
  }

  @Override
  public void store(long offset, int log2Size, long value) {
    int written = (int) value & 0xff;
    statusPolled = false;
    switch ((int) offset) {
      case RBR_THR -> {
        if (divisorSelected()) {
          divisor = (divisor & 0xff00) | written;
        } else {
          transmit(written);
        }
      }
      case IER -> {
        if (divisorSelected()) {
          divisor = (divisor & 0xff) | written << 8;
        } else {
          enableInterrupts(written & IER_MASK);
        }
      }
      case IIR_FCR -> controlFifos(written);
      case LCR -> lineControl = written;
      case MCR -> modemControl = written & MCR_MASK;
      case SCR -> scratch = written;
      default -> {
        // LSR and MSR ignore stores.
      }
    }
    updateLine();
  }

  private void transmit(int value) {
    if ((modemControl & MCR_LOOP) != 0) {
      received.offer(new byte[] {(byte) value});
    } else {
      transmitted.accept(value);
    }
    transmitEmptyPending = true; // it has left already
  }

  /** Enabling the transmitter's interrupt raises it anew; every change may end a burst of bytes. */
  private void enableInterrupts(int enabled) {
    if ((enabled & ~interruptEnable & IER_TRANSMIT_EMPTY) != 0) {
      transmitEmptyPending = true;
    }
    interruptEnable = enabled;
    transmitPaused.run();
  }

  private void controlFifos(int control) {
    fifosEnabled = (control & FCR_ENABLE) != 0;
    if ((control & FCR_CLEAR_RECEIVER) != 0) {
      received.clear();
    }
  }

  private boolean receivedInterrupt() {
    return (interruptEnable & IER_RECEIVED) != 0 && received.size() > 0;
  }

  private boolean transmitEmptyInterrupt() {
    return (interruptEnable & IER_TRANSMIT_EMPTY) != 0 && transmitEmptyPending;
  }

  private void updateLine() {
    line.set(receivedInterrupt() || transmitEmptyInterrupt());
  }

  @Override
  public void visit(StateVisitor state) {
    received.visit(state);
    interruptEnable = state.int32("interruptEnable", interruptEnable);
    lineControl = state.int32("lineControl", lineControl);
    modemControl = state.int32("modemControl", modemControl);
    scratch = state.int32("scratch", scratch);
    divisor = state.int32("divisor", divisor);
    fifosEnabled = state.flag("fifosEnabled", fifosEnabled);
    transmitEmptyPending = state.flag("transmitEmptyPending", transmitEmptyPending);
    statusPolled = state.flag("statusPolled", statusPolled);
  }
}
