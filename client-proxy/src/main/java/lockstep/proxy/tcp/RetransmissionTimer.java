package lockstep.proxy.tcp;

/** The retransmission timeout and its timer (RFC 6298). */
final class RetransmissionTimer {
  static final long OFF = Long.MAX_VALUE;

  /** K of RFC 6298, 2. */
  private static final int VARIANCES = 4;

  private final TcpLimits limits;
  private boolean sampled;
  private long smoothedNanos;
  private long varianceNanos;
  private long timeoutNanos;
  private long deadlineNanos = OFF;

  RetransmissionTimer(TcpLimits limits) {
    this.limits = limits;
    this.timeoutNanos = limits.rtoInitialNanos(); // (2.1)
  }

  /** A round-trip time of a segment that was sent once only (Karn's algorithm, section 3). */
  void sample(long roundTripNanos) {
    if (!sampled) { // (2.2)
      sampled = true;
      smoothedNanos = roundTripNanos;
      varianceNanos = roundTripNanos / 2;
    } else { // (2.3)
      varianceNanos = (3 * varianceNanos + Math.abs(smoothedNanos - roundTripNanos)) / 4;
      smoothedNanos = (7 * smoothedNanos + roundTripNanos) / 8;
    }
    recompute();
  }

  private void recompute() {
    long timeout = sampled ? smoothedNanos + VARIANCES * varianceNanos : limits.rtoInitialNanos();
    timeoutNanos = Math.clamp(timeout, limits.rtoMinNanos(), limits.rtoMaxNanos()); // (2.4), (2.5)
  }

  /** (5.5) */
  void backOff() {
    timeoutNanos = Math.min(timeoutNanos * 2, limits.rtoMaxNanos());
  }

  /** Forgets the backing off: silence had another cause than a full network. */
  void forgetBackOff() {
    recompute();
  }

  /** (5.1), (5.3) */
  void start(long nowNanos) {
    deadlineNanos = nowNanos + timeoutNanos;
  }

  void startIfOff(long nowNanos) {
    if (deadlineNanos == OFF) {
      start(nowNanos);
    }
  }

  /** (5.2) */
  void stop() {
    deadlineNanos = OFF;
  }

  boolean expired(long nowNanos) {
    return deadlineNanos <= nowNanos;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  long timeoutNanos() {
    return timeoutNanos;
  }
}
