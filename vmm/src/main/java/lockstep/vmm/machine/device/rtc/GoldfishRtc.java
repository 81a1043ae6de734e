package lockstep.vmm.machine.device.rtc;

import lockstep.vmm.machine.bus.GuestClock;
import lockstep.vmm.machine.bus.MmioDevice;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * The Goldfish real-time clock: nanoseconds since 1970 in two registers. Its time is the wall time
 * told at power-on plus guest time, so it goes on over a failover without a jump. The alarm is not
 * there: its registers read as never armed.
 */
public final class GoldfishRtc implements MmioDevice {
  /** Bytes of physical address space that the clock takes. */
  public static final long SIZE_BYTES = 0x1000;

  private static final int TIME_LOW = 0x00; // reading it latches TIME_HIGH; writing it sets both
  private static final int TIME_HIGH = 0x04;
  private static final int LOG2_REGISTER = 2;

  private final GuestClock clock;

  private long wallAtGuestZeroNanos;
  private int timeHigh;

  public GoldfishRtc(GuestClock clock) {
    this.clock = clock;
  }

  /** The wall time at guest time 0, in nanoseconds since 1970. */
  public void poweredOn(long wallClockNanos) {
    wallAtGuestZeroNanos = wallClockNanos;
  }

  @Override
  public long load(long offset, int log2Size) {
    if (log2Size != LOG2_REGISTER) {
      return 0;
    }
    return switch ((int) offset) {
      case TIME_LOW -> latchTime();
      case TIME_HIGH -> timeHigh & 0xffff_ffffL;
      default -> 0;
    };
  }

  private long latchTime() {
    long now = wallAtGuestZeroNanos + clock.timeNanos();
    timeHigh = (int) (now >>> Integer.SIZE);
    return now & 0xffff_ffffL;
  }

  @Override
  public void store(long offset, int log2Size, long value) {
    if (log2Size != LOG2_REGISTER) {
      return;
    }
    switch ((int) offset) {
      case TIME_HIGH -> timeHigh = (int) value;
      case TIME_LOW -> {
        long set = (long) timeHigh << Integer.SIZE | (value & 0xffff_ffffL);
        wallAtGuestZeroNanos = set - clock.timeNanos();
      }
      default -> {
        // The alarm's registers ignore stores.
      }
    }
  }

  @Override
  public void visit(StateVisitor state) {
    wallAtGuestZeroNanos = state.int64("wallAtGuestZeroNanos", wallAtGuestZeroNanos);
    timeHigh = state.int32("timeHigh", timeHigh);
  }
}
