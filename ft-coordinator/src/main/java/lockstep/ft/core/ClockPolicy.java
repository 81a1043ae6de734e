package lockstep.ft.core;

/**
 * What guest time should be: guest time when the guest began to run here (at power-on, or at
 * go-live), plus the host's monotonic time since. So it continues across a failover, and a host's
 * wall clock has no say in it.
 */
final class ClockPolicy {
  private final long guestStartNanos;
  private final long hostStartNanos;

  ClockPolicy(long guestTimeNanos, long nowNanos) {
    this.guestStartNanos = guestTimeNanos;
    this.hostStartNanos = nowNanos;
  }

  /** What guest time should be at host time {@code nowNanos}. */
  long guestTimeAt(long nowNanos) {
    return guestStartNanos + (nowNanos - hostStartNanos);
  }

  /** Host time at which guest time should be {@code guestTimeNanos}. */
  long hostTimeAt(long guestTimeNanos) {
    return guestTimeNanos == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : hostStartNanos + (guestTimeNanos - guestStartNanos);
  }
}
