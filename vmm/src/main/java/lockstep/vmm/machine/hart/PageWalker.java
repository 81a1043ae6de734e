package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * Translates addresses by walking Sv39 page tables (privileged spec, 10.3.2 and 10.4). It sets
 * accessed and dirty bits itself, as hardware with Svadu does.
 */
final class PageWalker {
  enum Access {
    FETCH(Cause.FETCH_ACCESS, Cause.FETCH_PAGE_FAULT),
    LOAD(Cause.LOAD_ACCESS, Cause.LOAD_PAGE_FAULT),
    STORE(Cause.STORE_ACCESS, Cause.STORE_PAGE_FAULT);

    final int accessFault;
    final int pageFault;

    Access(int accessFault, int pageFault) {
      this.accessFault = accessFault;
      this.pageFault = pageFault;
    }
  }

  /** Instead of a physical address: the access faults, see {@link #cause}. */
  static final long FAULT = -1;

  static final int LEVELS = 3;

  private static final long MODE_SV39 = 8;
  private static final long ROOT_PPN = (1L << 44) - 1;
  private static final int PHYSICAL_ADDRESS_BITS = 56;

  private static final long V = 1;
  private static final long R = 1 << 1;
  private static final long W = 1 << 2;
  private static final long X = 1 << 3;
  private static final long U = 1 << 4;
  private static final long A = 1 << 6;
  private static final long D = 1 << 7;

  /** Svnapot and Svpbmt are not implemented, so bits 63 to 54 are reserved. */
  private static final long RESERVED = 0x3ffL << 54;

  private final HartState state;
  private final PhysicalMemory memory;
  private final Pmp pmp;

  /** Addresses of the entries of the last walk that succeeded, by level; 0 where none was read. */
  final long[] trail = new long[LEVELS];

  /** Exception code, if the last translation gave {@link #FAULT}. */
  int cause;

  PageWalker(HartState state, PhysicalMemory memory, Pmp pmp) {
    this.state = state;
    this.memory = memory;
    this.pmp = pmp;
  }

  /** Whether satp switches translation on for modes below M. */
  static boolean isPaged(long satp) {
    return satp >>> 60 == MODE_SV39;
  }

  /** Whether a value is one that satp can hold: Bare without anything else, or Sv39. */
  static boolean isSupported(long satp) {
    return satp >>> 60 == 0 || isPaged(satp);
  }

  static boolean isValid(long entry) {
    return (entry & V) != 0;
  }

  /**
   * Physical address of {@code address} for an access at {@code privilege}, or {@link #FAULT}. The
   * physical address need not be RAM.
   */
  long translate(long address, Access access, int privilege) {
    trail[0] = trail[1] = trail[2] = 0;
    if (privilege == Privilege.MACHINE || !isPaged(state.satp)) {
      return address >>> PHYSICAL_ADDRESS_BITS == 0 && pmp.permits(address, access, privilege)
          ? address
          : fault(access.accessFault);
    }
    if (address << 25 >> 25 != address) {
      return fault(access.pageFault);
    }
    long table = (state.satp & ROOT_PPN) << 12;
    for (int level = LEVELS - 1; level >= 0; level--) {
      int shift = 12 + 9 * level;
      long at = table + (address >>> shift & 0x1ff) * 8;
      if (!memory.isRam(at) || !pmp.permits(at, Access.LOAD, Privilege.SUPERVISOR)) {
        return fault(access.accessFault);
      }
      long entry = memory.load(at, 3);
      trail[level] = at;
      if ((entry & V) == 0 || (entry & (R | W)) == W || (entry & RESERVED) != 0) {
        return fault(access.pageFault);
      }
      long frame = (entry >>> 10 & ROOT_PPN) << 12;
      if ((entry & (R | X)) != 0) {
        long offsetMask = (1L << shift) - 1;
        if ((frame & offsetMask) != 0 || !isPermitted(entry, access, privilege)) {
          return fault(access.pageFault);
        }
        long physical = frame | address & offsetMask;
        return pmp.permits(physical, access, privilege) && setAccessed(at, entry, access)
            ? physical
            : fault(access.accessFault);
      }
      if ((entry & (U | A | D)) != 0) {
        return fault(access.pageFault);
      }
      table = frame;
    }
    return fault(access.pageFault);
  }

  private long fault(int exceptionCode) {
    cause = exceptionCode;
    return FAULT;
  }

  private boolean isPermitted(long entry, Access access, int privilege) {
    boolean userPage = (entry & U) != 0;
    if (privilege == Privilege.USER) {
      if (!userPage) {
        return false;
      }
    } else if (userPage && (access == Access.FETCH || (state.mstatus & Status.SUM) == 0)) {
      return false;
    }
    return switch (access) {
      case FETCH -> (entry & X) != 0;
      case LOAD -> (entry & R) != 0 || ((entry & X) != 0 && (state.mstatus & Status.MXR) != 0);
      case STORE -> (entry & W) != 0;
    };
  }

  /** Sets A, and D for a store; false if the entry may not be written. */
  private boolean setAccessed(long at, long entry, Access access) {
    long marked = entry | A | (access == Access.STORE ? D : 0);
    if (marked == entry) {
      return true;
    }
    if (!pmp.permits(at, Access.STORE, Privilege.SUPERVISOR)) {
      return false;
    }
    memory.storeAccessedBits(at, marked);
    return true;
  }
}
