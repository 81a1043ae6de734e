package lockstep.ft.core;

import java.util.concurrent.TimeUnit;

/**
 * Slows the guest smoothly: in each short period it may run its share of steps, then waits for the
 * period's end. So it is never stopped for long.
 */
final class GuestPace {
  private static final long PERIOD_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

  private long periodEndsNanos;
  private long stepsLeft;
  private boolean slowed;

  /**
   * How many steps the next slice may have.
   *
   * @param stepsMax as many as take about a period at full speed
   * @param speed the share of full speed, up to 1
   */
  long steps(long stepsMax, double speed, long nowNanos) {
    slowed = speed < 1;
    if (!slowed) {
      periodEndsNanos = nowNanos; // what runs at full speed counts for no period
      return stepsMax;
    }
    if (periodEndsNanos - nowNanos <= 0 || periodEndsNanos - nowNanos > PERIOD_NANOS) {
      periodEndsNanos = nowNanos + PERIOD_NANOS;
      stepsLeft = Math.max(1, (long) (stepsMax * speed));
    }
    return Math.min(stepsMax, stepsLeft);
  }

  void ran(long steps) {
    stepsLeft -= steps;
  }

  /** Whether the guest may run before the period ends. */
  boolean mayRun(double speed, long nowNanos) {
    return speed >= 1 || !slowed || stepsLeft > 0 || periodEndsNanos - nowNanos <= 0;
  }

  /** When the guest may run again, if it may not now. */
  long deadlineNanos() {
    return periodEndsNanos;
  }
}
