package lockstep.vmm.replica;

/**
 * Judges whether the other end of a probed connection is there: asked at regular intervals, it is
 * taken for gone once so many in a row went by without an answer. A process that stood still counts
 * one interval, however long that was. For one thread.
 */
final class Silence {
  /** Between two questions. */
  static final long PROBE_MILLIS = 250;

  /** So many intervals without an answer: 2 s, more than a garbage collection takes. */
  private static final int INTERVALS_MAX = 8;

  private int intervals;

  void heard() {
    intervals = 0;
  }

  /** Another interval is over; whether the other end is taken for gone. */
  boolean intervalIsTooMany() {
    return ++intervals > INTERVALS_MAX;
  }
}
