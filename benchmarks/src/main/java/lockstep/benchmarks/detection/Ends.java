package lockstep.benchmarks.detection;

import lockstep.benchmarks.cluster.Latencies;

/**
 * What the ends of primaries were like.
 *
 * @param detected from the signal to the backup's taking its primary for dead
 * @param waits the longest that a client waited, for each
 */
record Ends(Latencies detected, Latencies waits) {
  Ends() {
    this(new Latencies(), new Latencies());
  }

  int count() {
    return waits.count();
  }

  static double millis(Latencies of, double percent) {
    return of.percentileNanos(percent) / 1e6;
  }
}
