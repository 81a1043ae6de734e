package lockstep.tools.redis;

import java.util.concurrent.TimeUnit;

/** The longest time that a client has waited for an answer. Thread-safe. */
public final class LongestWait {
  private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * The longest waits of a while, in nanoseconds.
   *
   * @param longest of all
   * @param atOnce of those that began with the while, or within 100 ms
   */
  public record Taken(long longest, long atOnce) {
    public static final Taken NONE = new Taken(0, 0);

    /** The longest of two clients' waits. */
    public Taken or(Taken other) {
      return new Taken(Math.max(longest, other.longest), Math.max(atOnce, other.atOnce));
    }
  }

  private boolean underWay;
  private long beganNanos;
  private long countedFromNanos = System.nanoTime();
  private Taken taken = Taken.NONE;

  /** Something has been asked; a wait that is under way goes on. */
  public synchronized void begin() {
    if (!underWay) {
      underWay = true;
      beganNanos = System.nanoTime();
    }
  }

  /** It has been answered. */
  public synchronized void end() {
    taken = until(System.nanoTime());
    underWay = false;
  }

  /** The longest wait, that under way included, in nanoseconds. */
  public synchronized long longestNanos() {
    return until(System.nanoTime()).longest();
  }

  /**
   * Returns the longest waits until now, and counts from now on only: what has been waited for
   * until now is none of what comes.
   */
  public synchronized Taken take() {
    long now = System.nanoTime();
    Taken before = until(now);
    taken = Taken.NONE;
    beganNanos = now;
    countedFromNanos = now;
    return before;
  }

  private Taken until(long nowNanos) {
    if (!underWay) {
      return taken;
    }
    long wait = nowNanos - beganNanos;
    boolean atOnce = beganNanos - countedFromNanos <= AT_ONCE_NANOS;
    return taken.or(new Taken(wait, atOnce ? wait : 0));
  }
}
