package lockstep.vmm.machine.hart;

import static lockstep.vmm.machine.memory.PhysicalMemory.HOST;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE32;
import static lockstep.vmm.machine.memory.PhysicalMemory.LE64;

import lockstep.vmm.machine.fp.FpStatus;
import lockstep.vmm.machine.fp.RoundingMode;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;

/**
 * Instructions that the interpreter's loop calls instead of having a case for them, which would
 * cost all others: floating point whose result the host gets right without raising a flag, bit
 * manipulation, atomics. Whatever else there is about one of them is left to {@link Hart}.
 */
final class OutOfLine {
  private static final long NAN_BOX = 0xffff_ffff_0000_0000L;
  private static final long SIGN = Long.MIN_VALUE;

  private final HartState state;
  private final AtomicUnit atomics;
  private final long[] x;
  private final long[] f;

  OutOfLine(HartState state, AtomicUnit atomics) {
    this.state = state;
    this.atomics = atomics;
    x = state.x;
    f = state.f;
  }

  /**
   * Executes an instruction that does not jump, but for the change of pc.
   *
   * @return false if that can't be done here, or not now; nothing has changed then
   */
  boolean execute(long insn, DataTlb data) {
    int op = Insn.op(insn);
    if (AtomicUnit.isAtomic(op)) {
      return executeAtomic(op, insn, data);
    }
    if (op >= Op.ADD_UW && op < Op.ILLEGAL) {
      x[Insn.rd(insn)] = BitManipulation.execute(op, insn, x);
      return true;
    }
    return state.fpDirty()
        && (executeFloatAccess(op, insn, data)
            || executeMove(op, insn)
            || (hostRoundsAlike() && executeArithmetic(op, insn)));
  }

  /** Only on pages that can be accessed directly, so nobody has to be told of it. */
  private boolean executeAtomic(int op, long insn, DataTlb data) {
    long address = x[Insn.rs1(insn)];
    return (AtomicUnit.reserves(op) ? data.hitsLoad(address) : data.hitsStore(address))
        && atomics.execute(op, insn);
  }

  /** With inexact raised already, what the host rounds to nearest raises nothing new. */
  private boolean hostRoundsAlike() {
    return (state.fpStatus.flags & FpStatus.NX) != 0 && state.roundingMode == RoundingMode.RNE;
  }

  private boolean executeFloatAccess(int op, long insn, DataTlb data) {
    if (!MemoryOps.isFloat(op)) {
      return false;
    }
    long address = x[Insn.rs1(insn)] + Insn.immediate(insn);
    boolean word = op == Op.FLW || op == Op.FSW;
    boolean hits = MemoryOps.isStore(op) ? data.hitsStore(address) : data.hitsLoad(address);
    if (!hits || (address & (word ? 3 : 7)) != 0) {
      return false;
    }
    switch (op) {
      case Op.FLW -> f[Insn.rd(insn)] = HOST.get(LE32, data.hostOfLoad(address)) | NAN_BOX;
      case Op.FLD -> f[Insn.rd(insn)] = HOST.get(LE64, data.hostOfLoad(address));
      case Op.FSW -> HOST.set(LE32, data.hostOfStore(address), (int) f[Insn.rs2(insn)]);
      default -> HOST.set(LE64, data.hostOfStore(address), f[Insn.rs2(insn)]);
    }
    return true;
  }

  /** What neither rounds nor raises flags, NaN excepted. */
  private boolean executeMove(int op, long insn) {
    int rd = Insn.rd(insn);
    long a = f[Insn.rs1(insn)];
    long b = f[Insn.rs2(insn)];
    switch (op) {
      case Op.FSGNJ_D -> f[rd] = a & ~SIGN | b & SIGN;
      case Op.FSGNJN_D -> f[rd] = a & ~SIGN | ~b & SIGN;
      case Op.FSGNJX_D -> f[rd] = a ^ b & SIGN;
      case Op.FMV_X_D -> x[rd] = a;
      case Op.FMV_D_X -> f[rd] = x[Insn.rs1(insn)];
      case Op.FMV_X_W -> x[rd] = (int) a;
      case Op.FMV_W_X -> f[rd] = x[Insn.rs1(insn)] | NAN_BOX;
      case SlotOp.FCVT_D_W_EXACT -> f[rd] = Double.doubleToRawLongBits((int) x[Insn.rs1(insn)]);
      case Op.FEQ_D, Op.FLT_D, Op.FLE_D -> {
        return compare(op, rd, Double.longBitsToDouble(a), Double.longBitsToDouble(b));
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean compare(int op, int rd, double a, double b) {
    if (!(a <= b || a > b)) {
      return false;
    }
    x[rd] = (op == Op.FEQ_D ? a == b : op == Op.FLT_D ? a < b : a <= b) ? 1 : 0;
    return true;
  }

  private boolean executeArithmetic(int op, long insn) {
    double a = Double.longBitsToDouble(f[Insn.rs1(insn)]);
    double b = Double.longBitsToDouble(f[Insn.rs2(insn)]);
    double c = Double.longBitsToDouble(f[Insn.rs3(insn) & (f.length - 1)]);
    int rd = Insn.rd(insn);
    switch (op) {
      case SlotOp.FADD_D_NEAREST -> {
        return setFinite(rd, a + b);
      }
      case SlotOp.FSUB_D_NEAREST -> {
        return setFinite(rd, a - b);
      }
      case SlotOp.FMUL_D_NEAREST -> {
        double product = a * b;
        boolean zero = HostFloat.isExactZero(product, f[Insn.rs1(insn)], f[Insn.rs2(insn)]);
        return zero ? set(rd, product) : setNormal(rd, product);
      }
      case SlotOp.FDIV_D_NEAREST -> {
        return setNormal(rd, a / b);
      }
      case SlotOp.FSQRT_D_NEAREST -> {
        return setNormal(rd, Math.sqrt(a));
      }
      case SlotOp.FMADD_D_NEAREST -> {
        return setNormal(rd, Math.fma(a, b, c));
      }
      case SlotOp.FMSUB_D_NEAREST -> {
        return setNormal(rd, Math.fma(a, b, -c));
      }
      case SlotOp.FNMSUB_D_NEAREST -> {
        return setNormal(rd, Math.fma(-a, b, c));
      }
      case SlotOp.FNMADD_D_NEAREST -> {
        return setNormal(rd, Math.fma(-a, b, -c));
      }
      case SlotOp.FCVT_D_L_NEAREST -> {
        return set(rd, (double) x[Insn.rs1(insn)]);
      }
      case SlotOp.FCVT_W_D_TO_ZERO -> {
        if (!(a > -0x1p31 && a < 0x1p31)) {
          return false;
        }
        x[rd] = (int) a;
        return true;
      }
      case SlotOp.FCVT_L_D_TO_ZERO -> {
        if (!(a > -0x1p63 && a < 0x1p63)) {
          return false;
        }
        x[rd] = (long) a;
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  private boolean set(int rd, double result) {
    f[rd] = Double.doubleToRawLongBits(result);
    return true;
  }

  private boolean setFinite(int rd, double result) {
    return HostFloat.isFinite(result) && set(rd, result);
  }

  private boolean setNormal(int rd, double result) {
    return HostFloat.isNormal(result) && set(rd, result);
  }
}
