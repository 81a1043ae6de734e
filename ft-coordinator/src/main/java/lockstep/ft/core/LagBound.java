package lockstep.ft.core;

import java.util.ArrayDeque;

/**
 * How far the backup's execution is behind. In time: the age of the oldest position that the
 * primary has reached and the backup has not. In bytes: the entries beyond the position that the
 * backup has reached, received or not.
 */
final class LagBound {
  /** Positions reached within so short a time share a sample. */
  private static final long SAMPLE_NANOS = 1_000_000;

  private record Sample(long position, long reachedAtNanos) {}

  private record Appended(long position, int bytes) {}

  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private final ArrayDeque<Appended> unexecuted = new ArrayDeque<>();
  private long unexecutedBytes;

  /** An entry has become part of the log. */
  void appended(long position, int bytes) {
    unexecuted.addLast(new Appended(position, bytes));
    unexecutedBytes += bytes;
  }

  /** The primary's machine is at {@code position}. */
  void reached(long position, long nowNanos) {
    Sample last = samples.peekLast();
    if (last != null && last.position == position) {
      return;
    }
    if (last != null && nowNanos - last.reachedAtNanos < SAMPLE_NANOS) {
      samples.removeLast();
      samples.addLast(new Sample(position, last.reachedAtNanos));
    } else {
      samples.addLast(new Sample(position, nowNanos));
    }
  }

  /** The backup's machine has executed up to {@code position}. */
  void executed(long position) {
    while (!samples.isEmpty() && samples.getFirst().position <= position) {
      samples.removeFirst();
    }
    while (!unexecuted.isEmpty() && unexecuted.getFirst().position <= position) {
      unexecutedBytes -= unexecuted.removeFirst().bytes;
    }
  }

  long unexecutedBytes() {
    return unexecutedBytes;
  }

  long lagNanos(long nowNanos) {
    return samples.isEmpty() ? 0 : nowNanos - samples.getFirst().reachedAtNanos;
  }
}
