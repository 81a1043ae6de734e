package lockstep.tools.cluster;

import java.time.Duration;

/**
 * When a process that has ended is started again: at once after a long life, later and later after
 * short ones, and at last not at all.
 */
final class RestartDelay {
  /** Who lived shorter is likely to die of the same again. */
  private static final long SHORT_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

  private static final long FIRST_NANOS = Duration.ofMillis(500).toNanos();
  static final int SHORT_LIVES_MAX = 8;

  private long startedNanos;
  private long againNanos;
  private int shortLives;
  private boolean waits;

  void started(long nowNanos) {
    startedNanos = nowNanos;
    waits = false;
  }

  /** Returns false if there is no point in starting it again. */
  boolean ended(long nowNanos) {
    shortLives = nowNanos - startedNanos < SHORT_LIFE_NANOS ? shortLives + 1 : 0;
    againNanos = nowNanos + (shortLives == 0 ? 0 : FIRST_NANOS << (shortLives - 1));
    waits = true;
    return shortLives < SHORT_LIVES_MAX;
  }

  boolean isOver(long nowNanos) {
    return !waits || nowNanos - againNanos >= 0;
  }
}
