package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.bus.MmioDevice;
import lockstep.vmm.machine.state.StateVisitor;

/**
 * The core-local interruptor of one hart, in the register layout of SiFive's: software interrupt
 * and timer of M-mode. Its compare value is the hart's state; it has none of its own but msip.
 */
public final class Clint implements MmioDevice {
  public static final long BASE = 0x200_0000;
  public static final long SIZE = 0x1_0000;

  private static final int MSIP = 0x0;
  private static final int MTIMECMP = 0x4000;
  private static final int MTIME = 0xbff8;

  private final Hart hart;
  private final GuestTime time;

  public Clint(Hart hart, GuestTime time) {
    this.hart = hart;
    this.time = time;
  }

  @Override
  public long load(long offset, int log2Size) {
    int shift = (int) (offset & 7) * 8;
    long register =
        switch ((int) offset & ~7) {
          case MSIP -> hart.isInterruptPending(Interrupts.MACHINE_SOFTWARE) ? 1 : 0;
          case MTIMECMP -> hart.mtimecmp();
          case MTIME -> time.ticks();
          default -> 0;
        };
    return register >>> shift & mask(log2Size);
  }

  /** Time itself can't be written: it follows from the position. */
  @Override
  public void store(long offset, int log2Size, long value) {
    switch ((int) offset & ~7) {
      case MSIP -> {
        if ((offset & 7) == 0) {
          hart.setInterruptPending(Interrupts.MACHINE_SOFTWARE, (value & 1) != 0);
        }
      }
      case MTIMECMP -> {
        int shift = (int) (offset & 7) * 8;
        long kept = hart.mtimecmp() & ~(mask(log2Size) << shift);
        hart.setMtimecmp(kept | (value & mask(log2Size)) << shift);
      }
      default -> {
        // No register, or one that can't be written.
      }
    }
  }

  private static long mask(int log2Size) {
    return -1L >>> (64 - (8 << log2Size));
  }

  @Override
  public void visit(StateVisitor state) {
    // All of it is the hart's.
  }
}
