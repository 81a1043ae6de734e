package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.bus.GuestClock;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/**
 * The position and the guest time that follows from it: a fixed ratio per step, moved forward by
 * clock inputs, never back.
 */
public final class GuestTime implements GuestClock, Stateful {
  /** The device tree's timebase-frequency is 10 MHz. */
  public static final long NANOS_PER_TICK = 100;

  public static final long TICKS_PER_SECOND = 10_000_000;

  /** A deadline that is never reached. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final long PICOS_PER_NANO = 1000;

  private final long picosecondsPerStep;
  private long position;
  private long baseNanos;
  private long basePosition;

  public GuestTime(int picosecondsPerStep) {
    this.picosecondsPerStep = picosecondsPerStep;
  }

  /** Steps since power-on, all harts together. */
  public long position() {
    return position;
  }

  void advance(long steps) {
    position += steps;
  }

  @Override
  public long timeNanos() {
    long steps = position - basePosition;
    long whole = steps / PICOS_PER_NANO;
    long rest = steps % PICOS_PER_NANO;
    return baseNanos + whole * picosecondsPerStep + rest * picosecondsPerStep / PICOS_PER_NANO;
  }

  /** The {@code time} CSR and the CLINT's mtime. */
  public long ticks() {
    return timeNanos() / NANOS_PER_TICK;
  }

  /** Moves guest time forward to {@code nanos}; an earlier time changes nothing. */
  public void moveTo(long nanos) {
    if (nanos > timeNanos()) {
      baseNanos = nanos;
      basePosition = position;
    }
  }

  /** Guest time at which {@link #ticks} reaches {@code ticks}, unsigned, or {@link #NEVER}. */
  static long nanosOfTicks(long ticks) {
    return Long.compareUnsigned(ticks, NEVER / NANOS_PER_TICK) >= 0
        ? NEVER
        : ticks * NANOS_PER_TICK;
  }

  /**
   * The first position at which {@link #timeNanos} is at least {@code nanos} if no clock input
   * comes before: the current one if it is already, {@link #NEVER} if it is out of reach.
   */
  long positionOf(long nanos) {
    if (nanos == NEVER) {
      return NEVER;
    }
    if (timeNanos() >= nanos) {
      return position;
    }
    long missing = nanos - baseNanos;
    if (missing > (NEVER - basePosition) / PICOS_PER_NANO - 1) {
      return NEVER;
    }
    return basePosition + Math.ceilDiv(missing * PICOS_PER_NANO, picosecondsPerStep);
  }

  @Override
  public void visit(StateVisitor state) {
    position = state.int64("position", position);
    baseNanos = state.int64("baseNanos", baseNanos);
    basePosition = state.int64("basePosition", basePosition);
  }
}
