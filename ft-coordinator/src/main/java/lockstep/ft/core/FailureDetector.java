package lockstep.ft.core;

/**
 * Judges a peer's silence.
 *
 * <p>Silence counts only while this replica was awake to hear it: it adds up over the observations
 * of {@link #observe}, and no single gap between two of them adds more than a sixth of the limit: a
 * heartbeat, at the lower bound. A replica that was itself stopped for a minute therefore concludes
 * nothing on waking, and hears first what has arrived meanwhile.
 *
 * <p>How much silence is too much, a detector made by {@link #adaptive} learns: {@value #GAPS}
 * times the longest gap that it has lately heard the peer keep, within bounds. So a quiet peer's
 * death is noticed soon, and one on a busy host, which is now and then not heard for a while, is
 * given its time. It begins with half of the upper bound, for it has heard nothing yet; a long gap
 * is forgotten little by little, two thirds of it in {@value #FORGETS} times the upper bound.
 *
 * <p>A replica that is late itself, because its host is busy, expects no better of its peer, which
 * may be on the same one: a gap between two observations of its own counts as one of the peer's, up
 * to what it begins with.
 */
final class FailureDetector {
  private static final int OBSERVATIONS_MIN = 6;
  private static final int GAPS = 4;
  private static final int FORGETS = 15;

  private final long limitNanosMin;
  private final long limitNanosMax;
  private long observedAtNanos;
  private long heardAtNanos;
  private long silenceNanos;
  private long longestGapNanos;

  private FailureDetector(long limitNanosMin, long limitNanosMax, long nowNanos) {
    this.limitNanosMin = limitNanosMin;
    this.limitNanosMax = limitNanosMax;
    this.observedAtNanos = nowNanos;
    this.heardAtNanos = nowNanos;
    this.longestGapNanos = gapNanosAtFirst();
  }

  private long gapNanosAtFirst() {
    return limitNanosMax / (2 * GAPS);
  }

  /** Takes a peer for dead after the same silence always. */
  static FailureDetector fixed(long limitNanos, long nowNanos) {
    return new FailureDetector(limitNanos, limitNanos, nowNanos);
  }

  /** Takes a peer for dead after a silence that depends on how it was heard before. */
  static FailureDetector adaptive(ReplicaConfig.Limits limits, long nowNanos) {
    return new FailureDetector(limits.silenceNanosMin(), limits.silenceNanos(), nowNanos);
  }

  /** Anything came from the peer. */
  void heard(long nowNanos) {
    observe(nowNanos);
    double share = Math.min(1, (double) (nowNanos - heardAtNanos) / (FORGETS * limitNanosMax));
    longestGapNanos = Math.max(silenceNanos, (long) (longestGapNanos * (1 - share)));
    heardAtNanos = nowNanos;
    silenceNanos = 0;
  }

  /** Adds the time since the last observation; whether the peer is now taken for dead. */
  boolean observe(long nowNanos) {
    long own = nowNanos - observedAtNanos;
    silenceNanos += Math.min(own, limitNanos() / OBSERVATIONS_MIN);
    longestGapNanos = Math.max(longestGapNanos, Math.min(own, gapNanosAtFirst()));
    observedAtNanos = nowNanos;
    return silenceNanos >= limitNanos();
  }

  /** The silence that is too much, as things are. */
  long limitNanos() {
    return Math.clamp(GAPS * longestGapNanos, limitNanosMin, limitNanosMax);
  }
}
