package lockstep.vmm.replica;

/** How long to wait before dialling again: short at first, then longer, never long. */
final class Backoff {
  private static final long FIRST_MILLIS = 20;
  private static final long MAX_MILLIS = 500;

  private long nextMillis = FIRST_MILLIS;

  long nextMillis() {
    long now = nextMillis;
    nextMillis = Math.min(nextMillis * 2, MAX_MILLIS);
    return now;
  }

  void reset() {
    nextMillis = FIRST_MILLIS;
  }
}
