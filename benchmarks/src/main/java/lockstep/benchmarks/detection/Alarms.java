package lockstep.benchmarks.detection;

/**
 * What came of a pair that was starved.
 *
 * @param nanos for how long, in all
 * @param alarms how often a replica was taken for dead that was none
 * @param switches how often the roles were switched, because a way to another server seemed lost
 * @param limitMillis the highest limit on silence that a backup was seen to have
 */
record Alarms(Starvation starvation, long nanos, int alarms, int switches, double limitMillis) {
  private static final double NANOS_PER_MINUTE = 60e9;

  double minutes() {
    return nanos / NANOS_PER_MINUTE;
  }

  double perMinute() {
    return nanos == 0 ? 0 : alarms / minutes();
  }
}
