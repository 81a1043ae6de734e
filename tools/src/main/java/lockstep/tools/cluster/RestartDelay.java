package lockstep.tools.cluster;

import java.time.Duration;

/**
 * When a process that has ended is started again: soon after a long life, later and later after
 * short ones, and at last, if its keeper takes that for an answer, not at all. Who did not end of
 * itself is started again as after a long life.
 */
final class RestartDelay {
  /** Who lived shorter is likely to die of the same again. */
  private static final long SHORT_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

  private static final long AFTER_SHORT_LIFE_NANOS = Duration.ofSeconds(2).toNanos();

  static final int SHORT_LIVES_MAX = 8;

  private final long afterLongLifeNanos;
  private final long longestNanos;
  private long startedNanos;
  private long againNanos;
  private int shortLives;
  private boolean waits;

  private RestartDelay(Duration afterLongLife, Duration longest) {
    this.afterLongLifeNanos = afterLongLife.toNanos();
    this.longestNanos = longest.toNanos();
  }

  /**
   * Of a VMM. Not at once: a failover is under way, then a state transfer to the spare; both need
   * the host more than a JVM that starts.
   */
  static RestartDelay ofVmm() {
    return new RestartDelay(Duration.ofSeconds(2), Duration.ofMinutes(5));
  }

  /** Of a server that there is only one of: everybody waits for it. */
  static RestartDelay ofOnlyServer() {
    return new RestartDelay(Duration.ZERO, Duration.ofSeconds(30));
  }

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
    boolean wasShort = ofItself && nowNanos - startedNanos < SHORT_LIFE_NANOS;
    shortLives = wasShort ? Math.min(shortLives + 1, SHORT_LIVES_MAX) : 0;
    long delayNanos =
        shortLives == 0 ? afterLongLifeNanos : AFTER_SHORT_LIFE_NANOS << shortLives - 1;
    againNanos = nowNanos + Math.min(delayNanos, longestNanos);
    waits = true;
    return shortLives < SHORT_LIVES_MAX;
  }

  boolean isOver(long nowNanos) {
    return !waits || nowNanos - againNanos >= 0;
  }
}
