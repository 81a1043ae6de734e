package lockstep.tools.redis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Pauses that a client saw, in nanoseconds, and their percentiles. */
public final class Pauses {
  private final List<Long> nanos = new ArrayList<>();

  public void add(long pauseNanos) {
    nanos.add(pauseNanos);
  }

  /** The smallest pause that {@code percent} of all do not exceed; 0 if there are none. */
  public long percentileNanos(int percent) {
    if (nanos.isEmpty()) {
      return 0;
    }
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
    return sorted.get(Math.max(rank, 1) - 1);
  }

  public int count() {
    return nanos.size();
  }

  public long longestNanos() {
    return percentileNanos(100);
  }
}
