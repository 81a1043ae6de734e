package lockstep.tools.cluster;

import java.time.Duration;

/**
 * When a process that has ended is started again: soon after a long life, later and later after
 * short ones, and at last not at all. Who did not end of itself is always started again.
 */
final class RestartDelay {
  /** Who lived shorter is likely to die of the same again. */
  private static final long SHORT_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

  /**
   * Not at once: a failover is under way, then a state transfer to the spare; both need the host
   * more than a JVM that starts.
   */
  private static final long SOON_NANOS = Duration.ofSeconds(2).toNanos();

  static final int SHORT_LIVES_MAX = 8;

  /** What waits longest if it did not end of itself: 2 s. */
  private static final int SHORT_LIVES_NOT_BLAMED_MAX = 1;

  private long startedNanos;
  private long againNanos;
  private int shortLives;
  private boolean waits;

  void started(long nowNanos) {
    startedNanos = nowNanos;
    waits = false;
  }

  /**
   * It has ended.
   *
   * @param ofItself not by a signal, nor because others went on without it
   * @return false if there is no point in starting it again
   */
  boolean ended(long nowNanos, boolean ofItself) {
    shortLives = nowNanos - startedNanos < SHORT_LIFE_NANOS ? shortLives + 1 : 0;
    if (!ofItself) {
      shortLives = Math.min(shortLives, SHORT_LIVES_NOT_BLAMED_MAX);
    }
    againNanos = nowNanos + (SOON_NANOS << Math.max(0, shortLives - 1));
    waits = true;
    return shortLives < SHORT_LIVES_MAX;
  }

  boolean isOver(long nowNanos) {
    return !waits || nowNanos - againNanos >= 0;
  }
}
