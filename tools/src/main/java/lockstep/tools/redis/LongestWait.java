package lockstep.tools.redis;

/** The longest time that a client has waited for an answer. Thread-safe. */
public final class LongestWait {
  private boolean underWay;
  private long beganNanos;
  private long longestNanos;

  /** Something has been asked; a wait that is under way goes on. */
  public synchronized void begin() {
    if (!underWay) {
      underWay = true;
      beganNanos = System.nanoTime();
    }
  }

  /** It has been answered. */
  public synchronized void end() {
    longestNanos = longestNanos();
    underWay = false;
  }

  /** The longest wait, that under way included, in nanoseconds. */
  public synchronized long longestNanos() {
    return underWay ? Math.max(longestNanos, System.nanoTime() - beganNanos) : longestNanos;
  }

  /**
   * Returns the longest wait until now, and counts from now on only: what has been waited for until
   * now is none of what comes.
   */
  public synchronized long takeNanos() {
    long taken = longestNanos();
    longestNanos = 0;
    beganNanos = System.nanoTime();
    return taken;
  }
}
