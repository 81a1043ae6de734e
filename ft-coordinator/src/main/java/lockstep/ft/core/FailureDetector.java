package lockstep.ft.core;

/**
 * Judges a peer's silence.
 *
 * <p>Silence counts only while this replica was awake to hear it: it adds up over the observations
 * of {@link #observe}, and no single gap between two of them adds more than a quarter of the limit.
 * A replica that was itself stopped for a minute therefore concludes nothing on waking, and hears
 * first what has arrived meanwhile.
 */
final class FailureDetector {
  private static final int OBSERVATIONS_MIN = 4;

  private final long silenceNanosMax;
  private long observedAtNanos;
  private long silenceNanos;

  FailureDetector(long silenceNanosMax, long nowNanos) {
    this.silenceNanosMax = silenceNanosMax;
    this.observedAtNanos = nowNanos;
  }

  /** Anything came from the peer. */
  void heard() {
    silenceNanos = 0;
  }

  /** Adds the time since the last observation; whether the peer is now taken for dead. */
  boolean observe(long nowNanos) {
    silenceNanos += Math.min(nowNanos - observedAtNanos, silenceNanosMax / OBSERVATIONS_MIN);
    observedAtNanos = nowNanos;
    return silenceNanos >= silenceNanosMax;
  }
}
