package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.bus.Bus;
import lockstep.vmm.machine.hart.PageWalker.Access;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * Loads and stores in full generality: translation, RAM or device, any alignment. A method that
 * returns false has changed nothing, and {@link #cause} and {@link #tval} say why.
 */
final class MemoryUnit {
  private final PhysicalMemory memory;
  private final Bus bus;
  private final Mmu mmu;

  /** What was loaded, zero-extended. */
  long value;

  /** Exception code of the fault. */
  int cause;

  /** The address that faulted. */
  long tval;

  MemoryUnit(PhysicalMemory memory, Bus bus, Mmu mmu) {
    this.memory = memory;
    this.bus = bus;
    this.mmu = mmu;
  }

  boolean fault(int exceptionCode, long address) {
    cause = exceptionCode;
    tval = address;
    return false;
  }

  /** Physical address, or {@link PageWalker#FAULT} with the fault recorded. */
  long translate(long address, Access access) {
    long physical = mmu.walker().translate(address, access, mmu.dataPrivilege());
    if (physical == PageWalker.FAULT) {
      fault(mmu.walker().cause, address);
    }
    return physical;
  }

  boolean load(long address, int log2Size) {
    if ((address & ((1 << log2Size) - 1)) != 0) {
      return loadMisaligned(address, 1 << log2Size);
    }
    long physical = translate(address, Access.LOAD);
    if (physical == PageWalker.FAULT) {
      return false;
    }
    if (memory.isRam(physical)) {
      value = memory.load(physical, log2Size);
    } else if (bus.covers(physical, log2Size)) {
      value = bus.load(physical, log2Size);
    } else {
      return fault(Cause.LOAD_ACCESS, address);
    }
    return true;
  }

  boolean store(long address, int log2Size, long stored) {
    if ((address & ((1 << log2Size) - 1)) != 0) {
      return storeMisaligned(address, 1 << log2Size, stored);
    }
    long physical = translate(address, Access.STORE);
    if (physical == PageWalker.FAULT) {
      return false;
    }
    if (memory.isRam(physical)) {
      memory.store(physical, log2Size, stored);
    } else if (bus.covers(physical, log2Size)) {
      bus.store(physical, log2Size, stored);
    } else {
      return fault(Cause.STORE_ACCESS, address);
    }
    return true;
  }

  private boolean loadMisaligned(long address, int size) {
    long first = translateRam(address, Access.LOAD);
    if (first == PageWalker.FAULT) {
      return false;
    }
    int inFirst = bytesInPage(address, size);
    long second = 0;
    if (inFirst < size) {
      second = translateRam(address + inFirst, Access.LOAD);
      if (second == PageWalker.FAULT) {
        return false;
      }
    }
    value = 0;
    for (int i = 0; i < size; i++) {
      value |= memory.load(i < inFirst ? first + i : second + i - inFirst, 0) << (8 * i);
    }
    return true;
  }

  private boolean storeMisaligned(long address, int size, long stored) {
    long first = translateRam(address, Access.STORE);
    if (first == PageWalker.FAULT) {
      return false;
    }
    int inFirst = bytesInPage(address, size);
    long second = 0;
    if (inFirst < size) {
      second = translateRam(address + inFirst, Access.STORE);
      if (second == PageWalker.FAULT) {
        return false;
      }
    }
    for (int i = 0; i < size; i++) {
      memory.store(i < inFirst ? first + i : second + i - inFirst, 0, stored >>> (8 * i));
    }
    return true;
  }

  private static int bytesInPage(long address, int size) {
    return Math.min(size, PhysicalMemory.PAGE_BYTES - (int) (address & 0xfff));
  }

  /** Translates to RAM; devices take no misaligned and no atomic accesses. */
  long translateRam(long address, Access access) {
    long physical = translate(address, access);
    if (physical != PageWalker.FAULT && !memory.isRam(physical)) {
      fault(access.accessFault, address);
      return PageWalker.FAULT;
    }
    return physical;
  }
}
