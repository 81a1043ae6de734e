package lockstep.vmm.compiler;

import static lockstep.vmm.machine.memory.PhysicalMemory.HOST;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE16;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE32;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE64;

import java.lang.foreign.ValueLayout;

/** Loads and stores by host address, as compiled code calls them. */
final class GuestRam {
  private GuestRam() {}

  static long load8(long address) {
    return HOST.get(ValueLayout.JAVA_BYTE, address);
  }

  static long load8u(long address) {
    return HOST.get(ValueLayout.JAVA_BYTE, address) & 0xffL;
  }

  static long load16(long address) {
    return HOST.get(LE16, address);
  }

  static long load16u(long address) {
    return HOST.get(LE16, address) & 0xffffL;
  }

  static long load32(long address) {
    return HOST.get(LE32, address);
  }

  static long load32u(long address) {
    return HOST.get(LE32, address) & 0xffff_ffffL;
  }

  static long load64(long address) {
    return HOST.get(LE64, address);
  }

  static void store8(long address, long value) {
    HOST.set(ValueLayout.JAVA_BYTE, address, (byte) value);
  }

  static void store16(long address, long value) {
    HOST.set(LE16, address, (short) value);
  }

  static void store32(long address, long value) {
    HOST.set(LE32, address, (int) value);
  }

  static void store64(long address, long value) {
    HOST.set(LE64, address, value);
  }
}
