package lockstep.ft.core;

import java.util.ArrayDeque;

/**
 * How far the backup's execution is behind, in time: the age of the oldest position that the
 * primary has reached and the backup has not.
 */
final class LagBound {
  /** Positions reached within so short a time share a sample. */
  private static final long SAMPLE_NANOS = 1_000_000;

  private record Sample(long position, long reachedAtNanos) {}

  private final ArrayDeque<Sample> samples = new ArrayDeque<>();

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
  }

  long lagNanos(long nowNanos) {
    return samples.isEmpty() ? 0 : nowNanos - samples.getFirst().reachedAtNanos;
  }
}
