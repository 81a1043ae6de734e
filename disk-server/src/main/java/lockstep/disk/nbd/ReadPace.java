package lockstep.disk.nbd;

/**
 * Whether the storage is slow for this connection now: whether its reads find what they need in
 * memory, or wait for a device. Then it is better to let several wait at once.
 */
final class ReadPace {
  private static final long SLOW_NANOS = 150_000;

  /** A read weighs one part in so many. */
  private static final int WEIGHT = 8;

  private long averageNanos;
  private long longAverageNanos;

  void took(long nanos) {
    averageNanos += (nanos - averageNanos) / WEIGHT;
  }

  boolean isSlow() {
    return averageNanos > SLOW_NANOS;
  }

  /** The same for whole parts of long reads. */
  void longTook(long nanos) {
    longAverageNanos += (nanos - longAverageNanos) / WEIGHT;
  }

  boolean isSlowForLong() {
    return longAverageNanos > SLOW_NANOS;
  }
}
