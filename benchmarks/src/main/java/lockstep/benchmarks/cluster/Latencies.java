package lockstep.benchmarks.cluster;

import java.util.Arrays;

/** Latencies in nanoseconds, and their percentiles. Not thread-safe. */
public final class Latencies {
  private static final int INITIAL = 1024;

  private long[] nanos = new long[INITIAL];
  private int count;

  public void add(long latencyNanos) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = latencyNanos;
  }

  public void addAll(Latencies others) {
    for (int i = 0; i < others.count; i++) {
      add(others.nanos[i]);
    }
  }

  public int count() {
    return count;
  }

  /** The smallest latency that {@code percent} of all do not exceed; 0 if there are none. */
  public long percentileNanos(double percent) {
    if (count == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * count);
    return sorted[Math.max(rank, 1) - 1];
  }
}
