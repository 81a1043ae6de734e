package lockstep.ft.core;

import java.util.ArrayDeque;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Input;

/**
 * Inputs that have arrived and wait for the guest, in the order of their arrival. Frames and
 * console bytes are bounded, and what exceeds the bound is dropped, as a network and a terminal
 * may; completions are bounded by the requests that are open.
 */
final class PendingInputs {
  private final ArrayDeque<Input> pending = new ArrayDeque<>();
  private final long droppableBytesMax;
  private long droppableBytes;

  PendingInputs(long droppableBytesMax) {
    this.droppableBytesMax = droppableBytesMax;
  }

  void frame(Bytes frame) {
    droppable(new Input.FrameReceived(frame), frame.length());
  }

  void console(Bytes data) {
    droppable(new Input.ConsoleReceived(data), data.length());
  }

  void add(Input input) {
    pending.addLast(input);
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  Input next() {
    Input input = pending.removeFirst();
    switch (input) {
      case Input.FrameReceived frame -> droppableBytes -= frame.frame().length();
      case Input.ConsoleReceived console -> droppableBytes -= console.data().length();
      case Input.PoweredOn _,
          Input.DiskCompleted _,
          Input.ClockMoved _,
          Input.EntropyArrived _,
          Input.PowerButtonPressed _,
          Input.DiskResized _ -> {}
    }
    return input;
  }

  /**
   * Forgets the answers of {@code disk}: they came on an attach that has ended, and their requests
   * are issued again on the next.
   */
  void forgetAnswersOf(int disk) {
    pending.removeIf(
        input -> input instanceof Input.DiskCompleted completed && completed.disk() == disk);
  }

  private void droppable(Input input, int bytes) {
    if (droppableBytes + bytes <= droppableBytesMax) {
      droppableBytes += bytes;
      pending.addLast(input);
    }
  }
}
