package lockstep.vmm.machine.hart;

import static lockstep.vmm.machine.memory.PhysicalMemory.HOST;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE16;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE32;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE64;
import static lockstep.vmm.machine.memory.PhysicalMemory.PAGE_BYTES;

import java.lang.foreign.ValueLayout;
import lockstep.vmm.machine.fp.FpStatus;
import lockstep.vmm.machine.fp.RoundingMode;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * The hot loop. It executes decoded slots ({@link CodePages}) until the steps it was given are used
 * up or it meets something it can't do alone, and says what.
 *
 * <p>The form was chosen by measurement: one switch in one loop; no calls in it but such as the JIT
 * compiler inlines; no test behind the switch. A case ends in {@code continue} and counts a step;
 * only jumps that leave the page reach the code behind the switch; whatever can't be done leaves
 * the loop <em>before</em> it has changed anything, and is no step. Fields of a slot are picked out
 * by hand (see {@link lockstep.vmm.machine.isa.Insn}), and the method stays below {@link
 * #LOOP_BYTES_MAX} bytes of bytecode, above which HotSpot compiles nothing by default; a test holds
 * that. What is rare belongs behind the loop, in {@link Hart}.
 */
final class Interpreter {
  /** All steps are used up. */
  static final int DONE = 0;

  /**
   * The instruction at the slot can't be executed here, or not now: a TLB miss, something not
   * decoded, or simply no case for it.
   */
  static final int STOPPED = 1;

  /** A jump, already retired, or the end of the page leads to {@link #missed}, not in the TLB. */
  static final int FETCH_MISS = 2;

  /** HotSpot's HugeMethodLimit. */
  static final int LOOP_BYTES_MAX = 8000;

  /**
   * No bit that an address of a process can have is missing, and the JVM can prove from it that
   * every address lies in {@link PhysicalMemory#HOST}: an access can't fail.
   */
  private static final long HOST_ADDRESS = (1L << 56) - 1;

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final HartState state;

  /** Steps that may still be executed. */
  long left;

  /** The slots of the current page, its virtual address, and the slot to execute next. */
  long[] code = new long[0];

  long page;
  int slot;

  /** Virtual address that a jump could not reach. */
  long missed;

  Interpreter(HartState state) {
    this.state = state;
  }

  long pc() {
    return page + ((long) slot << 1);
  }

  /** With inexact raised already, what the host rounds to nearest raises nothing new. */
  private boolean hostRoundsAlike() {
    return state.fpDirty()
        && (state.fpStatus.flags & FpStatus.NX) != 0
        && state.roundingMode == RoundingMode.RNE;
  }

  /** Executes until one of the reasons above, which is returned. */
  int run(DataTlb data, FetchTlb fetch) {
    final long[] x = state.x;
    final long[] f = state.f;
    final boolean fpOn = state.fpDirty();
    final boolean fpHost = hostRoundsAlike();
    final long[] loadTags = data.loadTags;
    final long[] loadAddends = data.loadAddends;
    final long[] storeTags = data.storeTags;
    final long[] storeAddends = data.storeAddends;
    final long[] fetchTags = fetch.tags;
    final long[][] fetchCode = fetch.code;
    // All lengths are powers of two. With masks of this form, and one access before the loop, the
    // JVM needs no range checks in it.
    final int xMask = x.length - 1;
    final int fMask = f.length - 1;
    final int loadTagsMask = loadTags.length - 1;
    final int loadAddendsMask = loadAddends.length - 1;
    final int storeTagsMask = storeTags.length - 1;
    final int storeAddendsMask = storeAddends.length - 1;
    final int fetchTagsMask = fetchTags.length - 1;
    final int fetchCodeMask = fetchCode.length - 1;
    long missed =
        x[0] & f[0] & loadTags[0] & loadAddends[0] & storeTags[0] & storeAddends[0] & fetchTags[0];
    long[] code = this.code;
    long page = this.page;
    int slot = this.slot;
    long left = this.left;
    int exit = STOPPED;
    loop:
    for (; ; left--) {
      if (left == 0) {
        exit = DONE;
        break;
      }
      final long d = code[slot];
      final long target;
      switch ((int) d & 0xff) {
        case Op.LUI -> {
          x[(int) (d >> 8) & xMask] = (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.AUIPC -> {
          x[(int) (d >> 8) & xMask] = page + ((long) slot << 1) + (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.ADDI -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] + (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SLTI -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] < (d >> 32) ? 1 : 0;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SLTIU -> {
          x[(int) (d >> 8) & xMask] =
              Long.compareUnsigned(x[(int) (d >> 16) & xMask], (d >> 32)) < 0 ? 1 : 0;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.XORI -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] ^ (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.ORI -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] | (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.ANDI -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] & (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SLLI -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] << (int) (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SRLI -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] >>> (int) (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SRAI -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] >> (int) (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.ADD -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] + x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SUB -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] - x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SLL -> {
          x[(int) (d >> 8) & xMask] =
              x[(int) (d >> 16) & xMask] << (int) x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SLT -> {
          x[(int) (d >> 8) & xMask] =
              x[(int) (d >> 16) & xMask] < x[(int) (d >> 24) & xMask] ? 1 : 0;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SLTU -> {
          x[(int) (d >> 8) & xMask] =
              Long.compareUnsigned(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]) < 0
                  ? 1
                  : 0;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.XOR -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] ^ x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SRL -> {
          x[(int) (d >> 8) & xMask] =
              x[(int) (d >> 16) & xMask] >>> (int) x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SRA -> {
          x[(int) (d >> 8) & xMask] =
              x[(int) (d >> 16) & xMask] >> (int) x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.OR -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] | x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.AND -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] & x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.ADDIW -> {
          x[(int) (d >> 8) & xMask] = (int) (x[(int) (d >> 16) & xMask] + (d >> 32));
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SLLIW -> {
          x[(int) (d >> 8) & xMask] = (int) x[(int) (d >> 16) & xMask] << (int) (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SRLIW -> {
          x[(int) (d >> 8) & xMask] = (int) x[(int) (d >> 16) & xMask] >>> (int) (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SRAIW -> {
          x[(int) (d >> 8) & xMask] = (int) x[(int) (d >> 16) & xMask] >> (int) (d >> 32);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.ADDW -> {
          x[(int) (d >> 8) & xMask] =
              (int) (x[(int) (d >> 16) & xMask] + x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SUBW -> {
          x[(int) (d >> 8) & xMask] =
              (int) (x[(int) (d >> 16) & xMask] - x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SLLW -> {
          x[(int) (d >> 8) & xMask] =
              (int) x[(int) (d >> 16) & xMask] << (int) x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SRLW -> {
          x[(int) (d >> 8) & xMask] =
              (int) x[(int) (d >> 16) & xMask] >>> (int) x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SRAW -> {
          x[(int) (d >> 8) & xMask] =
              (int) x[(int) (d >> 16) & xMask] >> (int) x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.MUL -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] * x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.MULH -> {
          x[(int) (d >> 8) & xMask] =
              Math.multiplyHigh(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.MULHU -> {
          x[(int) (d >> 8) & xMask] =
              Math.unsignedMultiplyHigh(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.MULHSU -> {
          x[(int) (d >> 8) & xMask] =
              Alu.mulhsu(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.MULW -> {
          x[(int) (d >> 8) & xMask] =
              (int) x[(int) (d >> 16) & xMask] * (int) x[(int) (d >> 24) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.DIV -> {
          x[(int) (d >> 8) & xMask] =
              Alu.div(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.DIVU -> {
          x[(int) (d >> 8) & xMask] =
              Alu.divu(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.REM -> {
          x[(int) (d >> 8) & xMask] =
              Alu.rem(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.REMU -> {
          x[(int) (d >> 8) & xMask] =
              Alu.remu(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.DIVW -> {
          x[(int) (d >> 8) & xMask] =
              Alu.divw(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.DIVUW -> {
          x[(int) (d >> 8) & xMask] =
              Alu.divuw(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.REMW -> {
          x[(int) (d >> 8) & xMask] =
              Alu.remw(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.REMUW -> {
          x[(int) (d >> 8) & xMask] =
              Alu.remuw(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FENCE, Op.FENCE_I -> {
          // Nothing is ever out of order or stale here.
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.BEQ_IN_PAGE -> {
          slot +=
              x[(int) (d >> 16) & xMask] == x[(int) (d >> 24) & xMask]
                  ? (int) (d >> 32)
                  : (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.BNE_IN_PAGE -> {
          slot +=
              x[(int) (d >> 16) & xMask] != x[(int) (d >> 24) & xMask]
                  ? (int) (d >> 32)
                  : (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.BLT_IN_PAGE -> {
          slot +=
              x[(int) (d >> 16) & xMask] < x[(int) (d >> 24) & xMask]
                  ? (int) (d >> 32)
                  : (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.BGE_IN_PAGE -> {
          slot +=
              x[(int) (d >> 16) & xMask] >= x[(int) (d >> 24) & xMask]
                  ? (int) (d >> 32)
                  : (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.BLTU_IN_PAGE -> {
          slot +=
              Long.compareUnsigned(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]) < 0
                  ? (int) (d >> 32)
                  : (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.BGEU_IN_PAGE -> {
          slot +=
              Long.compareUnsigned(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]) >= 0
                  ? (int) (d >> 32)
                  : (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.JUMP_IN_PAGE -> {
          slot += (int) (d >> 32);
          continue;
        }
        case SlotOp.JAL_IN_PAGE -> {
          x[(int) (d >> 8) & xMask] = page + ((long) slot << 1) + ((int) (d >> 14) & 3) * 2;
          slot += (int) (d >> 32);
          continue;
        }
        case Op.BEQ -> {
          if (!(x[(int) (d >> 16) & xMask] == x[(int) (d >> 24) & xMask])) {
            slot += (int) (d >> 14) & 3;
            continue;
          }
          target = page + ((long) slot << 1) + (d >> 32);
        }
        case Op.BNE -> {
          if (!(x[(int) (d >> 16) & xMask] != x[(int) (d >> 24) & xMask])) {
            slot += (int) (d >> 14) & 3;
            continue;
          }
          target = page + ((long) slot << 1) + (d >> 32);
        }
        case Op.BLT -> {
          if (!(x[(int) (d >> 16) & xMask] < x[(int) (d >> 24) & xMask])) {
            slot += (int) (d >> 14) & 3;
            continue;
          }
          target = page + ((long) slot << 1) + (d >> 32);
        }
        case Op.BGE -> {
          if (!(x[(int) (d >> 16) & xMask] >= x[(int) (d >> 24) & xMask])) {
            slot += (int) (d >> 14) & 3;
            continue;
          }
          target = page + ((long) slot << 1) + (d >> 32);
        }
        case Op.BLTU -> {
          if (!(Long.compareUnsigned(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask]) < 0)) {
            slot += (int) (d >> 14) & 3;
            continue;
          }
          target = page + ((long) slot << 1) + (d >> 32);
        }
        case Op.BGEU -> {
          if (!(Long.compareUnsigned(x[(int) (d >> 16) & xMask], x[(int) (d >> 24) & xMask])
              >= 0)) {
            slot += (int) (d >> 14) & 3;
            continue;
          }
          target = page + ((long) slot << 1) + (d >> 32);
        }
        case Op.JAL -> {
          target = page + ((long) slot << 1) + (d >> 32);
          x[(int) (d >> 8) & xMask] = page + ((long) slot << 1) + ((int) (d >> 14) & 3) * 2;
        }
        case Op.JALR -> {
          target = (x[(int) (d >> 16) & xMask] + (d >> 32)) & ~1L;
          x[(int) (d >> 8) & xMask] = page + ((long) slot << 1) + ((int) (d >> 14) & 3) * 2;
        }
        case SlotOp.END_OF_PAGE -> {
          // No instruction: it must not count.
          left++;
          target = page + PAGE_BYTES;
        }
        case Op.LB -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & -0x1000L)) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] =
              HOST.get(BYTE, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.LBU -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & -0x1000L)) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] =
              HOST.get(BYTE, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS)
                  & 0xffL;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.LH -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & (-0x1000L | 1))) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] =
              HOST.get(LE16, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.LHU -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & (-0x1000L | 1))) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] =
              HOST.get(LE16, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS)
                  & 0xffffL;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.LW -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & (-0x1000L | 3))) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] =
              HOST.get(LE32, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.LWU -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & (-0x1000L | 3))) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] =
              HOST.get(LE32, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS)
                  & 0xffff_ffffL;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.LD -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & (-0x1000L | 7))) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] =
              HOST.get(LE64, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FLW -> {
          if (!fpOn) {
            break loop;
          }
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & (-0x1000L | 3))) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] =
              HOST.get(LE32, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS)
                  | 0xffff_ffff_0000_0000L;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FLD -> {
          if (!fpOn) {
            break loop;
          }
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (loadTags[entry & loadTagsMask] != (address & (-0x1000L | 7))) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] =
              HOST.get(LE64, (address + loadAddends[entry & loadAddendsMask]) & HOST_ADDRESS);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SB -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (storeTags[entry & storeTagsMask] != (address & -0x1000L)) {
            break loop;
          }
          HOST.set(
              BYTE,
              (address + storeAddends[entry & storeAddendsMask]) & HOST_ADDRESS,
              (byte) x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SH -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (storeTags[entry & storeTagsMask] != (address & (-0x1000L | 1))) {
            break loop;
          }
          HOST.set(
              LE16,
              (address + storeAddends[entry & storeAddendsMask]) & HOST_ADDRESS,
              (short) x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SW -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (storeTags[entry & storeTagsMask] != (address & (-0x1000L | 3))) {
            break loop;
          }
          HOST.set(
              LE32,
              (address + storeAddends[entry & storeAddendsMask]) & HOST_ADDRESS,
              (int) x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SD -> {
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (storeTags[entry & storeTagsMask] != (address & (-0x1000L | 7))) {
            break loop;
          }
          HOST.set(
              LE64,
              (address + storeAddends[entry & storeAddendsMask]) & HOST_ADDRESS,
              x[(int) (d >> 24) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FSW -> {
          if (!fpOn) {
            break loop;
          }
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (storeTags[entry & storeTagsMask] != (address & (-0x1000L | 3))) {
            break loop;
          }
          HOST.set(
              LE32,
              (address + storeAddends[entry & storeAddendsMask]) & HOST_ADDRESS,
              (int) f[(int) (d >> 24) & fMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FSD -> {
          if (!fpOn) {
            break loop;
          }
          long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          int entry = (int) (address >>> 12);
          if (storeTags[entry & storeTagsMask] != (address & (-0x1000L | 7))) {
            break loop;
          }
          HOST.set(
              LE64,
              (address + storeAddends[entry & storeAddendsMask]) & HOST_ADDRESS,
              f[(int) (d >> 24) & fMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FSGNJ_D -> {
          if (!fpOn) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] =
              f[(int) (d >> 16) & fMask] & ~0x8000_0000_0000_0000L
                  | f[(int) (d >> 24) & fMask] & 0x8000_0000_0000_0000L;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FSGNJN_D -> {
          if (!fpOn) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] =
              f[(int) (d >> 16) & fMask] & ~0x8000_0000_0000_0000L
                  | ~f[(int) (d >> 24) & fMask] & 0x8000_0000_0000_0000L;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FSGNJX_D -> {
          if (!fpOn) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] =
              f[(int) (d >> 16) & fMask] ^ f[(int) (d >> 24) & fMask] & 0x8000_0000_0000_0000L;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FMV_X_D -> {
          if (!fpOn) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] = f[(int) (d >> 16) & fMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FMV_D_X -> {
          if (!fpOn) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = x[(int) (d >> 16) & xMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FMV_X_W -> {
          if (!fpOn) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] = (int) f[(int) (d >> 16) & fMask];
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FMV_W_X -> {
          if (!fpOn) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = x[(int) (d >> 16) & xMask] | 0xffff_ffff_0000_0000L;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FADD_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r =
              Double.longBitsToDouble(f[(int) (d >> 16) & fMask])
                  + Double.longBitsToDouble(f[(int) (d >> 24) & fMask]);
          if (!HostFloat.isFinite(r)) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FSUB_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r =
              Double.longBitsToDouble(f[(int) (d >> 16) & fMask])
                  - Double.longBitsToDouble(f[(int) (d >> 24) & fMask]);
          if (!HostFloat.isFinite(r)) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FMUL_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r =
              Double.longBitsToDouble(f[(int) (d >> 16) & fMask])
                  * Double.longBitsToDouble(f[(int) (d >> 24) & fMask]);
          if (!(HostFloat.isNormal(r)
              || HostFloat.isExactZero(
                  r, f[(int) (d >> 16) & fMask], f[(int) (d >> 24) & fMask]))) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FDIV_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r =
              Double.longBitsToDouble(f[(int) (d >> 16) & fMask])
                  / Double.longBitsToDouble(f[(int) (d >> 24) & fMask]);
          if (!HostFloat.isNormal(r)) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FSQRT_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r = Math.sqrt(Double.longBitsToDouble(f[(int) (d >> 16) & fMask]));
          if (!HostFloat.isNormal(r)) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FMADD_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r =
              Math.fma(
                  Double.longBitsToDouble(f[(int) (d >> 16) & fMask]),
                  Double.longBitsToDouble(f[(int) (d >> 24) & fMask]),
                  Double.longBitsToDouble(f[(int) (d >> 40) & fMask]));
          if (!HostFloat.isNormal(r)) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FMSUB_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r =
              Math.fma(
                  Double.longBitsToDouble(f[(int) (d >> 16) & fMask]),
                  Double.longBitsToDouble(f[(int) (d >> 24) & fMask]),
                  -Double.longBitsToDouble(f[(int) (d >> 40) & fMask]));
          if (!HostFloat.isNormal(r)) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FNMSUB_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r =
              Math.fma(
                  -Double.longBitsToDouble(f[(int) (d >> 16) & fMask]),
                  Double.longBitsToDouble(f[(int) (d >> 24) & fMask]),
                  Double.longBitsToDouble(f[(int) (d >> 40) & fMask]));
          if (!HostFloat.isNormal(r)) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FNMADD_D_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          double r =
              Math.fma(
                  -Double.longBitsToDouble(f[(int) (d >> 16) & fMask]),
                  Double.longBitsToDouble(f[(int) (d >> 24) & fMask]),
                  -Double.longBitsToDouble(f[(int) (d >> 40) & fMask]));
          if (!HostFloat.isNormal(r)) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits(r);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FEQ_D -> {
          if (!fpOn) {
            break loop;
          }
          double a = Double.longBitsToDouble(f[(int) (d >> 16) & fMask]);
          double b = Double.longBitsToDouble(f[(int) (d >> 24) & fMask]);
          if (!(a <= b || a > b)) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] = a == b ? 1 : 0;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FLT_D -> {
          if (!fpOn) {
            break loop;
          }
          double a = Double.longBitsToDouble(f[(int) (d >> 16) & fMask]);
          double b = Double.longBitsToDouble(f[(int) (d >> 24) & fMask]);
          if (!(a <= b || a > b)) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] = a < b ? 1 : 0;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.FLE_D -> {
          if (!fpOn) {
            break loop;
          }
          double a = Double.longBitsToDouble(f[(int) (d >> 16) & fMask]);
          double b = Double.longBitsToDouble(f[(int) (d >> 24) & fMask]);
          if (!(a <= b || a > b)) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] = a <= b ? 1 : 0;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FCVT_D_W_EXACT -> {
          if (!fpOn) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] = Double.doubleToRawLongBits((int) x[(int) (d >> 16) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FCVT_D_L_NEAREST -> {
          if (!fpHost) {
            break loop;
          }
          f[(int) (d >> 8) & fMask] =
              Double.doubleToRawLongBits((double) x[(int) (d >> 16) & xMask]);
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FCVT_W_D_TO_ZERO -> {
          if (!fpHost) {
            break loop;
          }
          double a = Double.longBitsToDouble(f[(int) (d >> 16) & fMask]);
          if (!(a > -0x1p31 && a < 0x1p31)) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] = (int) a;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.FCVT_L_D_TO_ZERO -> {
          if (!fpHost) {
            break loop;
          }
          double a = Double.longBitsToDouble(f[(int) (d >> 16) & fMask]);
          if (!(a > -0x1p63 && a < 0x1p63)) {
            break loop;
          }
          x[(int) (d >> 8) & xMask] = (long) a;
          slot += (int) (d >> 14) & 3;
          continue;
        }
        default -> {
          break loop;
        }
      }
      int entry = (int) (target >>> 12);
      if (fetchTags[entry & fetchTagsMask] != (target & -0x1000L)) {
        left--;
        missed = target;
        exit = FETCH_MISS;
        break;
      }
      page = target & -0x1000L;
      slot = (int) target >>> 1 & 0x7ff;
      code = fetchCode[entry & fetchCodeMask];
    }
    this.code = code;
    this.page = page;
    this.slot = slot;
    this.left = left;
    this.missed = missed;
    return exit;
  }
}
