package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.hart.Hart;

/** The pair of arguments that names harts: a mask, and the hart of its bit 0 (SBI 2.0, 3.1). */
final class HartMask {
  private static final long EVERY_HART = -1;

  private HartMask() {}

  /** Whether every hart named is there; the only one there is the caller. */
  static boolean valid(Hart caller, long mask, long base) {
    if (base == EVERY_HART || mask == 0) {
      return true;
    }
    return names(caller, mask, base) && Long.bitCount(mask) == 1;
  }

  /** Whether {@code hart} is named. */
  static boolean names(Hart hart, long mask, long base) {
    if (base == EVERY_HART) {
      return true;
    }
    long bit = hart.id() - base;
    return bit >= 0 && bit < Long.SIZE && (mask >>> bit & 1) != 0;
  }
}
