package lockstep.vmm.replica;

/**
 * How many steps make a slice of about a quarter of a millisecond on this host. It decides only how
 * often the guest's thread looks at its inbox, never what the guest sees: what an output waits for
 * has to be seen at both ends of the log channel.
 */
final class SlicePacer {
  private static final long SLICE_NANOS = 250_000;
  private static final long STEPS_MIN = 1_000;
  private static final long STEPS_MAX = 10_000_000;

  /**
   * A JVM that has just started is slow; on a busy host, no peer should wait for its first slice.
   */
  private static final long STEPS_FIRST = 1_000;

  private long steps = STEPS_FIRST;

  long steps() {
    return steps;
  }

  /** Learns from a slice that executed {@code stepsDone} in {@code nanos}. */
  void ran(long stepsDone, long nanos) {
    if (stepsDone < steps / 2 || nanos <= 0) {
      return; // ended early: says little about speed
    }
    long wanted = Math.round((double) stepsDone * SLICE_NANOS / nanos);
    long limited = Math.clamp(wanted, steps / 2, steps * 2);
    steps = Math.clamp(limited, STEPS_MIN, STEPS_MAX);
  }
}
