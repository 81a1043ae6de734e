package lockstep.vmm.compiler;

import java.util.BitSet;
import lockstep.vmm.machine.hart.UnitCompiler.Request;
import lockstep.vmm.machine.memory.PhysicalMemory;

/** Compiles a little code for nothing, so that the compiler's own classes are loaded. */
final class WarmUp {
  private static final int LOOP = 0xfe05_1ee3; // bnez a0, -4
  private static final int DECREMENT = 0xfff5_0513; // addi a0, a0, -1
  private static final int RETURN = 0x0000_8067; // ret

  private WarmUp() {}

  static void run() {
    byte[] page = new byte[PhysicalMemory.PAGE_BYTES];
    int[] words = {DECREMENT, LOOP, RETURN};
    for (int i = 0; i < words.length; i++) {
      for (int at = 0; at < Integer.BYTES; at++) {
        page[Integer.BYTES * i + at] = (byte) (words[i] >>> 8 * at);
      }
    }
    BitSet reached = new BitSet();
    reached.set(0, page.length / 2);
    UnitFactory.compile(new Request(0, 0, page, reached), words.length, Counting.EXACT);
  }
}
