package lockstep.vmm.machine.hart;

import static lockstep.vmm.machine.memory.PhysicalMemory.HOST;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE16;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE32;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE64;
import static lockstep.vmm.machine.memory.PhysicalMemory.PAGE_BYTES;

import java.lang.foreign.ValueLayout;
import java.util.Objects;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * The hot loop. It executes decoded slots ({@link CodePages}) until the steps it was given are used
 * up or it meets something it can't do alone, and says what.
 *
 * <p>The form was chosen by measurement: one switch in one loop; no test behind the switch. A case
 * ends in {@code continue} and counts a step; only jumps that leave the page reach the code behind
 * the switch; whatever can't be done leaves the loop <em>before</em> it has changed anything, and
 * is no step. Fields of a slot are picked out by hand (see {@link lockstep.vmm.machine.isa.Insn}).
 *
 * <p>What several cases compute alike, the JVM's C2 computes once before the switch, for every
 * instruction, needed or not: with a case for each load and store that was their address, its entry
 * in the TLB and what stands there, and it halved the speed. So those that share more than their
 * operands are one case, with a switch of its own; what is rare is called ({@link OutOfLine}), or
 * belongs behind the loop, in {@link Hart}. The method stays below {@link #LOOP_BYTES_MAX} bytes of
 * bytecode, above which HotSpot compiles nothing by default; a test holds that.
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

  /** No instruction is at an odd address. */
  static final long NO_ADDRESS = 1;

  /** HotSpot's HugeMethodLimit. */
  static final int LOOP_BYTES_MAX = 8000;

  /**
   * No bit that an address of a process can have is missing, and the JVM can prove from it that
   * every address lies in {@link PhysicalMemory#HOST}: an access can't fail.
   */
  private static final long HOST_ADDRESS = (1L << 56) - 1;

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final HartState state;
  private final OutOfLine outOfLine;

  /** Steps that may still be executed. */
  long left;

  /** The slots of the current page, its virtual address, and the slot to execute next. */
  long[] code = new long[0];

  long page;
  int slot;

  /** Virtual address that a jump could not reach, or was not to pass. */
  long missed;

  /** A jump out of the page, or by a register, to this address is not followed but a miss. */
  long returnPc = NO_ADDRESS;

  Interpreter(HartState state, OutOfLine outOfLine) {
    this.state = state;
    this.outOfLine = outOfLine;
  }

  long pc() {
    return page + ((long) slot << 1);
  }

  /** Executes until one of the reasons above, which is returned. */
  int run(DataTlb data, FetchTlb fetch) {
    final long[] x = state.x;
    final long[] tlb = data.words;
    final long[] fetchTags = fetch.tags;
    final long[][] fetchCode = fetch.code;
    // All lengths are powers of two. With masks of this form, and one access before the loop, the
    // JVM needs no range checks in it.
    final int xMask = x.length - 1;
    final int tlbMask = tlb.length - 1;
    final int fetchTagsMask = fetchTags.length - 1;
    final int fetchCodeMask = fetchCode.length - 1;
    long missed = x[0] & tlb[0] & fetchTags[0];
    final long returnPc = this.returnPc;
    long[] code = Objects.requireNonNull(this.code);
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
        case Op.MUL -> {
          x[(int) (d >> 8) & xMask] = x[(int) (d >> 16) & xMask] * x[(int) (d >> 24) & xMask];
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
        case Op.SLLIW,
            Op.SRLIW,
            Op.SRAIW,
            Op.ADDW,
            Op.SUBW,
            Op.SLLW,
            Op.SRLW,
            Op.SRAW,
            Op.MULW,
            Op.DIVW,
            Op.DIVUW,
            Op.REMW,
            Op.REMUW -> {
          final long a = x[(int) (d >> 16) & xMask];
          final long b = x[(int) (d >> 24) & xMask];
          x[(int) (d >> 8) & xMask] =
              switch ((int) d & 0xff) {
                case Op.SLLIW -> (int) a << (int) (d >> 32);
                case Op.SRLIW -> (int) a >>> (int) (d >> 32);
                case Op.SRAIW -> (int) a >> (int) (d >> 32);
                case Op.ADDW -> (int) (a + b);
                case Op.SUBW -> (int) (a - b);
                case Op.SLLW -> (int) a << (int) b;
                case Op.SRLW -> (int) a >>> (int) b;
                case Op.SRAW -> (int) a >> (int) b;
                case Op.MULW -> (int) a * (int) b;
                case Op.DIVW -> Alu.divw(a, b);
                case Op.DIVUW -> Alu.divuw(a, b);
                case Op.REMW -> Alu.remw(a, b);
                default -> Alu.remuw(a, b);
              };
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.MULH, Op.MULHU, Op.MULHSU, Op.DIV, Op.DIVU, Op.REM, Op.REMU -> {
          final long a = x[(int) (d >> 16) & xMask];
          final long b = x[(int) (d >> 24) & xMask];
          x[(int) (d >> 8) & xMask] =
              switch ((int) d & 0xff) {
                case Op.MULH -> Math.multiplyHigh(a, b);
                case Op.MULHU -> Math.unsignedMultiplyHigh(a, b);
                case Op.MULHSU -> Alu.mulhsu(a, b);
                case Op.DIV -> Alu.div(a, b);
                case Op.DIVU -> Alu.divu(a, b);
                case Op.REM -> Alu.rem(a, b);
                default -> Alu.remu(a, b);
              };
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.LB, Op.LBU, Op.LH, Op.LHU, Op.LW, Op.LWU, Op.LD -> {
          final int op = (int) d & 0xff;
          final long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          final int entry = DataTlb.loadTagAt(address);
          // LB, LH, LW, LD, LBU, LHU, LWU: the order of the encodings.
          final long checked = -0x1000L | (1 << (op - Op.LB & 3)) - 1;
          if (tlb[entry & tlbMask] != (address & checked)) {
            break loop;
          }
          final long host = (address + tlb[(entry ^ 1) & tlbMask]) & HOST_ADDRESS;
          x[(int) (d >> 8) & xMask] =
              switch (op) {
                case Op.LD -> HOST.get(LE64, host);
                case Op.LW -> HOST.get(LE32, host);
                case Op.LBU -> HOST.get(BYTE, host) & 0xffL;
                case Op.LWU -> HOST.get(LE32, host) & 0xffff_ffffL;
                case Op.LHU -> HOST.get(LE16, host) & 0xffffL;
                case Op.LH -> HOST.get(LE16, host);
                default -> HOST.get(BYTE, host);
              };
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case Op.SB, Op.SH, Op.SW, Op.SD -> {
          final int op = (int) d & 0xff;
          final long address = x[(int) (d >> 16) & xMask] + (d >> 32);
          final int entry = DataTlb.storeTagAt(address);
          final long checked = -0x1000L | (1 << (op - Op.SB)) - 1;
          if (tlb[entry & tlbMask] != (address & checked)) {
            break loop;
          }
          final long host = (address + tlb[(entry ^ 1) & tlbMask]) & HOST_ADDRESS;
          final long value = x[(int) (d >> 24) & xMask];
          switch (op) {
            case Op.SD -> HOST.set(LE64, host, value);
            case Op.SW -> HOST.set(LE32, host, (int) value);
            case Op.SH -> HOST.set(LE16, host, (short) value);
            default -> HOST.set(BYTE, host, (byte) value);
          }
          slot += (int) (d >> 14) & 3;
          continue;
        }
        case SlotOp.COMPILED, SlotOp.UNDECODED -> {
          break loop;
        }
        default -> {
          if (!outOfLine.execute(d, data)) {
            break loop;
          }
          slot += (int) (d >> 14) & 3;
          continue;
        }
      }
      int entry = (int) (target >>> 12);
      if (fetchTags[entry & fetchTagsMask] != (target & -0x1000L) || target == returnPc) {
        left--;
        missed = target;
        exit = FETCH_MISS;
        break;
      }
      page = target & -0x1000L;
      slot = (int) target >>> 1 & 0x7ff;
      code = Objects.requireNonNull(fetchCode[entry & fetchCodeMask]);
    }
    this.code = code;
    this.page = page;
    this.slot = slot;
    this.left = left;
    this.missed = missed;
    return exit;
  }
}
