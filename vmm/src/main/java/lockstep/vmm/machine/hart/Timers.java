package lockstep.vmm.machine.hart;

/**
 * The hart's two timers, the CLINT's mtimecmp and Sstc's stimecmp: which of them are pending now,
 * and at which position the next one will be. Derived from state; {@link #refresh} is due whenever
 * a compare value, the enabling of Sstc or guest time changes, and at {@link #nextPosition}.
 */
final class Timers {
  static final long STCE = 1L << 63;

  private static final long MTIP = 1L << Interrupts.MACHINE_TIMER;
  private static final long STIP = 1L << Interrupts.SUPERVISOR_TIMER;

  private final HartState state;
  private final GuestTime time;
  private long nextPosition = GuestTime.NEVER;

  Timers(HartState state, GuestTime time) {
    this.state = state;
    this.time = time;
  }

  /** Where {@link #refresh} is due if nothing is changed before. */
  long nextPosition() {
    return nextPosition;
  }

  boolean sstcEnabled() {
    return (state.menvcfg & STCE) != 0;
  }

  void refresh() {
    long pending = state.drivenPending & ~(MTIP | STIP);
    long ticks = time.ticks();
    if (Long.compareUnsigned(ticks, state.mtimecmp) >= 0) {
      pending |= MTIP;
    }
    if (sstcEnabled() && Long.compareUnsigned(ticks, state.stimecmp) >= 0) {
      pending |= STIP;
    }
    state.drivenPending = pending;
    nextPosition = time.positionOf(nextNanos());
  }

  /** Guest time at which the next timer that is not pending fires, or {@link GuestTime#NEVER}. */
  long nextNanos() {
    long next = GuestTime.NEVER;
    if ((state.drivenPending & MTIP) == 0) {
      next = GuestTime.nanosOfTicks(state.mtimecmp);
    }
    if (sstcEnabled() && (state.drivenPending & STIP) == 0) {
      next = Math.min(next, GuestTime.nanosOfTicks(state.stimecmp));
    }
    return next;
  }
}
