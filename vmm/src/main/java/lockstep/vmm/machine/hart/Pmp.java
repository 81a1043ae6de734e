package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.hart.PageWalker.Access;

/**
 * Physical memory protection (privileged spec, 3.7): which accesses the entries permit, and their
 * registers. The grain is a page, so that a translation of a page is permitted or not as a whole.
 */
final class Pmp {
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int EXECUTE = 4;
  private static final int MODE = 3 << 3;
  private static final int OFF = 0;
  private static final int TOP_OF_RANGE = 1 << 3;
  private static final int NATURAL_4 = 2 << 3;
  private static final int NATURAL = 3 << 3;
  private static final int LOCKED = 0x80;
  private static final int FIELDS = LOCKED | MODE | EXECUTE | WRITE | READ;

  /** Addresses are in units of 4 bytes. */
  private static final int ADDRESS_SHIFT = 2;

  private static final long ADDRESS = (1L << 54) - 1;

  /** Bits of an address within a grain, of which a natural range reads all but the highest as 1. */
  private static final long IN_GRAIN = (1L << 10) - 1;

  private static final long READ_AS_ONE = IN_GRAIN >>> 1;

  private final HartState state;

  Pmp(HartState state) {
    this.state = state;
  }

  /** All of memory permitted by the first entry, as firmware leaves it to a supervisor. */
  static void openAll(HartState state) {
    state.pmpaddr[0] = ADDRESS;
    state.pmpcfg[0] = NATURAL | EXECUTE | WRITE | READ;
  }

  /** The entry of lowest number that matches decides; without one M-mode may, others may not. */
  boolean permits(long physical, Access access, int privilege) {
    long address = physical >>> ADDRESS_SHIFT;
    for (int entry = 0; entry < HartState.PMP_ENTRIES; entry++) {
      int config = config(entry);
      if (matches(entry, config & MODE, address)) {
        boolean unbound = privilege == Privilege.MACHINE && (config & LOCKED) == 0;
        return unbound || (config & right(access)) != 0;
      }
    }
    return privilege == Privilege.MACHINE;
  }

  private static int right(Access access) {
    return switch (access) {
      case FETCH -> EXECUTE;
      case LOAD -> READ;
      case STORE -> WRITE;
    };
  }

  private boolean matches(int entry, int mode, long address) {
    return switch (mode) {
      case OFF -> false;
      case TOP_OF_RANGE ->
          address >= (entry == 0 ? 0 : state.pmpaddr[entry - 1] & ~IN_GRAIN)
              && address < (state.pmpaddr[entry] & ~IN_GRAIN);
      default -> {
        long range = state.pmpaddr[entry] | READ_AS_ONE;
        yield ((range ^ address) & ~(range ^ (range + 1))) == 0;
      }
    };
  }

  static boolean isRegister(int csr) {
    return csr == Csr.PMPCFG0
        || csr == Csr.PMPCFG2
        || (csr >= Csr.PMPADDR0 && csr <= Csr.PMPADDR15);
  }

  long read(int csr) {
    if (csr < Csr.PMPADDR0) {
      return state.pmpcfg[(csr - Csr.PMPCFG0) / 2];
    }
    int entry = csr - Csr.PMPADDR0;
    long address = state.pmpaddr[entry];
    return (config(entry) & MODE) == NATURAL ? address | READ_AS_ONE : address & ~IN_GRAIN;
  }

  /** Writes a register; what has been derived under the old value must be dropped. */
  void write(int csr, long value) {
    if (csr >= Csr.PMPADDR0) {
      int entry = csr - Csr.PMPADDR0;
      if (!isAddressLocked(entry)) {
        state.pmpaddr[entry] = value & ADDRESS;
      }
      return;
    }
    int first = (csr - Csr.PMPCFG0) * 4;
    for (int i = 0; i < 8; i++) {
      if ((config(first + i) & LOCKED) == 0) {
        setConfig(first + i, legal((int) (value >>> (8 * i)) & FIELDS));
      }
    }
  }

  /** An address is locked with its entry, and with the next one if that is a range from here. */
  private boolean isAddressLocked(int entry) {
    int next = entry + 1 < HartState.PMP_ENTRIES ? config(entry + 1) : 0;
    return (config(entry) & LOCKED) != 0 || ((next & LOCKED) != 0 && (next & MODE) == TOP_OF_RANGE);
  }

  /** Ranges below the grain can't be chosen, and nothing can be writable only. */
  private static int legal(int config) {
    int chosen = (config & MODE) == NATURAL_4 ? config & ~MODE : config;
    return (chosen & (READ | WRITE)) == WRITE ? chosen & ~WRITE : chosen;
  }

  private int config(int entry) {
    return (int) (state.pmpcfg[entry / 8] >>> (8 * (entry % 8))) & 0xff;
  }

  private void setConfig(int entry, int config) {
    int shift = 8 * (entry % 8);
    long others = state.pmpcfg[entry / 8] & ~(0xffL << shift);
    state.pmpcfg[entry / 8] = others | (long) config << shift;
  }
}
