package lockstep.vmm.machine.hart;

import java.util.Arrays;
import java.util.BitSet;
import lockstep.vmm.machine.isa.Decoder;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/**
 * Decoded code: for each physical page that was executed from, a slot for every 2 bytes, holding
 * the {@link Insn} that begins there, and behind the last one {@link SlotOp#END_OF_PAGE}. Slots are
 * decoded when they are first reached. A page with a decoded slot is marked {@link
 * PhysicalMemory#CODE}, so that whoever writes to it undecodes what changes.
 */
final class CodePages {
  static final int SLOTS = PhysicalMemory.PAGE_BYTES / 2;

  /** 100 MB of slots. */
  private static final int PAGES_MAX = 6000;

  /** After so many stores to a page, all of it is undecoded: it may be data by now. */
  private static final int STORES_MAX = 256;

  private static final int DECODED_AT_ONCE_MAX = 64;

  private final PhysicalMemory memory;
  private final long[] @Nullable [] slotsOfPage;
  private final short[] stores;
  private final CompiledCode compiled;
  private final CodeEpoch epoch = new CodeEpoch();
  private int count;

  CodePages(PhysicalMemory memory, UnitCompiler compiler) {
    this.memory = memory;
    compiled = new CompiledCode(compiler, memory, this, epoch);
    slotsOfPage = new long[memory.pageCount()][];
    stores = new short[memory.pageCount()];
  }

  /** What has been compiled of these pages. */
  CompiledCode compiled() {
    return compiled;
  }

  CodeEpoch epoch() {
    return epoch;
  }

  /** Whether there is no room for the slots of {@code page}; {@link #clear} makes some. */
  boolean isFull(int page) {
    return slotsOfPage[page] == null && count == PAGES_MAX;
  }

  long[] slots(int page) {
    long[] slots = slotsOfPage[page];
    if (slots == null) {
      slots = new long[SLOTS + 1];
      slots[SLOTS] = Insn.pack(SlotOp.END_OF_PAGE, 1, 0, 0, 0, 0);
      slotsOfPage[page] = slots;
      count++;
    }
    return slots;
  }

  /** Forgets everything; nobody may go on using slots given out before. */
  void clear() {
    compiled.clear();
    for (int page = 0; page < slotsOfPage.length; page++) {
      if (slotsOfPage[page] != null) {
        slotsOfPage[page] = null;
        memory.unmark(page, PhysicalMemory.CODE);
      }
    }
    count = 0;
  }

  /** Whether stores to the page are seen by {@link #aboutToChange}, as decoding demands. */
  boolean isMarked(int page) {
    return (memory.marks(page) & PhysicalMemory.CODE) != 0;
  }

  void mark(int page) {
    memory.mark(page, PhysicalMemory.CODE);
    stores[page] = 0;
  }

  void aboutToChange(long address, int length) {
    int page = PhysicalMemory.pageOf(address);
    long[] slots = slots(page);
    stores[page]++;
    if (length == PhysicalMemory.PAGE_BYTES || stores[page] >= STORES_MAX) {
      Arrays.fill(slots, 0, SLOTS, SlotOp.UNDECODED);
      memory.unmark(page, PhysicalMemory.CODE);
      compiled.undecoded(page, 0, SLOTS - 1);
      return;
    }
    // The instruction that begins 2 bytes before may reach into the change.
    int offset = (int) address & (PhysicalMemory.PAGE_BYTES - 1);
    int first = Math.max(0, (offset >> 1) - 1);
    int last = (offset + length - 1) >> 1;
    Arrays.fill(slots, first, last + 1, SlotOp.UNDECODED);
    compiled.undecoded(page, first, last);
  }

  /** Adds the slots that have been decoded: control has been there, since {@link #decode} is. */
  void addDecoded(int page, BitSet decoded) {
    long[] slots = slots(page);
    for (int slot = 0; slot < SLOTS; slot++) {
      if (slots[slot] != SlotOp.UNDECODED) {
        decoded.set(slot);
      }
    }
  }

  /**
   * Decodes from a slot on to the next jump or branch, so that what is decoded has been executed,
   * but for instructions behind a trap; the page must be marked.
   */
  void decode(int page, int firstSlot) {
    long[] slots = slots(page);
    long base = PhysicalMemory.addressOf(page);
    int slot = firstSlot;
    for (int n = 0; n < DECODED_AT_ONCE_MAX && slot < SLOTS; n++) {
      if (slots[slot] != SlotOp.UNDECODED) {
        return;
      }
      long address = base + 2L * slot;
      int half = (int) memory.load(address, 1);
      if (!Decoder.isLong(half)) {
        slots[slot] = specialised(Decoder.decode(half), slot);
      } else if (slot == SLOTS - 1) {
        slots[slot] = Insn.pack(SlotOp.CROSSING, 2, 0, 0, 0, 0);
      } else {
        slots[slot] = specialised(Decoder.decode((int) memory.load(address, 2)), slot);
      }
      int op = Insn.op(slots[slot]);
      if (endsBlock(op)) {
        return;
      }
      slot += Insn.slots(slots[slot]);
    }
  }

  private static boolean endsBlock(int op) {
    return (op >= Op.JAL && op <= Op.BGEU)
        || (op >= SlotOp.BEQ_IN_PAGE && op <= SlotOp.JAL_IN_PAGE);
  }

  /** The form of an instruction that the interpreter has for this place. */
  private static long specialised(long insn, int slot) {
    int op = Insn.op(insn);
    int distance = Insn.immediate(insn) / 2;
    boolean inPage = slot + distance >= 0 && slot + distance < SLOTS;
    int special =
        switch (op) {
          case Op.BEQ -> inPage ? SlotOp.BEQ_IN_PAGE : op;
          case Op.BNE -> inPage ? SlotOp.BNE_IN_PAGE : op;
          case Op.BLT -> inPage ? SlotOp.BLT_IN_PAGE : op;
          case Op.BGE -> inPage ? SlotOp.BGE_IN_PAGE : op;
          case Op.BLTU -> inPage ? SlotOp.BLTU_IN_PAGE : op;
          case Op.BGEU -> inPage ? SlotOp.BGEU_IN_PAGE : op;
          case Op.JAL -> jumpInPage(insn, inPage);
          default -> op;
        };
    return special == op
        ? specialisedByRounding(insn)
        : Insn.withImmediate(Insn.withOp(insn, special), distance);
  }

  private static int jumpInPage(long insn, boolean inPage) {
    if (!inPage) {
      return Op.JAL;
    }
    return Insn.rd(insn) == Insn.DISCARD ? SlotOp.JUMP_IN_PAGE : SlotOp.JAL_IN_PAGE;
  }

  /** An instruction on its own, to be executed outside of a page's slots. */
  static long specialisedByRounding(long insn) {
    int op = Insn.op(insn);
    return Insn.withOp(insn, SlotOp.ofArithmetic(op, Insn.rm(insn)));
  }
}
