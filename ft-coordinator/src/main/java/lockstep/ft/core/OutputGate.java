package lockstep.ft.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Output;

/**
 * The Output Rule: an output leaves only when the backup has acknowledged receipt of the entry that
 * marks it. All outputs pass here, in the order in which they were made.
 */
final class OutputGate {
  /** What an output costs beside its data. */
  private static final int OVERHEAD_BYTES = 64;

  /** Lets an output leave. */
  @FunctionalInterface
  interface Release {
    void leave(long number, Output output);
  }

  private record Waiting(long number, long markLsn, Output output) {}

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private long released;
  private long waitingBytes;

  /**
   * @param released how many outputs have left already
   */
  OutputGate(long released) {
    this.released = released;
  }

  /** Output {@code number} was made; the entry {@code markLsn} marks it. */
  void add(long number, long markLsn, Output output) {
    if (number != nextNumber()) {
      throw new IllegalStateException("output " + number + " is out of order");
    }
    waiting.addLast(new Waiting(number, markLsn, output));
    waitingBytes += sizeBytes(output);
  }

  /** Lets every output leave whose mark has a lower lsn than {@code nextLsnAcked}. */
  void open(long nextLsnAcked, Release release) {
    while (!waiting.isEmpty() && waiting.getFirst().markLsn < nextLsnAcked) {
      Waiting first = waiting.removeFirst();
      waitingBytes -= sizeBytes(first.output);
      released++;
      release.leave(first.number, first.output);
    }
  }

  /** The number that the next output must have. */
  long nextNumber() {
    return released + waiting.size();
  }

  /** Every output with a lower number has left. */
  long released() {
    return released;
  }

  long waitingBytes() {
    return waitingBytes;
  }

  List<Output> waitingOutputs() {
    List<Output> outputs = new ArrayList<>();
    waiting.forEach(entry -> outputs.add(entry.output));
    return outputs;
  }

  static int sizeBytes(Output output) {
    return OVERHEAD_BYTES
        + switch (output) {
          case Output.FrameSent frame -> frame.frame().length();
          case Output.DiskRequested request -> request.data().length();
          case Output.ConsoleWritten console -> console.data().length();
          case Output.EntropyRequested _, Output.PowerChanged _ -> 0;
        };
  }
}
