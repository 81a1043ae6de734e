package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.fp.Float32;
import lockstep.vmm.machine.fp.Float64;
import lockstep.vmm.machine.fp.FpStatus;
import lockstep.vmm.machine.fp.RoundingMode;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.InstructionTable;
import lockstep.vmm.machine.isa.Op;

/**
 * Floating point in full generality (unprivileged spec, 20 and 21), but for loads and stores. The
 * register file holds raw bits; single precision is NaN-boxed here.
 */
final class FloatUnit {
  /** The rounding mode field that stands for frm. */
  static final int DYNAMIC = 7;

  private static final int SIGN_32 = 1 << 31;
  private static final long SIGN_64 = 1L << 63;

  private final HartState state;
  private final FpStatus status;

  FloatUnit(HartState state) {
    this.state = state;
    status = state.fpStatus;
  }

  /** Executes an instruction of F or D; false if it is illegal as things are. */
  boolean execute(int op, long insn) {
    int rm = Insn.rm(insn);
    if (rm == DYNAMIC) {
      rm = state.roundingMode;
    }
    boolean rounds = InstructionTable.of(op).format().hasRoundingMode();
    if (!state.fpEnabled() || (rounds && rm > RoundingMode.RMM)) {
      return false;
    }
    int flagsBefore = status.flags;
    boolean writesX = InstructionTable.of(op).format().writesX();
    if (writesX) {
      state.x[Insn.rd(insn)] = resultInteger(op, insn, rm);
    } else {
      state.f[Insn.rd(insn)] =
          isDouble(op) ? resultDouble(op, insn, rm) : resultSingle(op, insn, rm);
    }
    if (!writesX || status.flags != flagsBefore) {
      state.mstatus |= Status.FS;
    }
    return true;
  }

  private long resultInteger(int op, long insn, int rm) {
    long a = state.f[Insn.rs1(insn)];
    long b = state.f[Insn.rs2(insn)];
    int s = Float32.unbox(a);
    int t = Float32.unbox(b);
    return switch (op) {
      case Op.FEQ_S -> bit(Float32.eq(s, t, status));
      case Op.FLT_S -> bit(Float32.lt(s, t, status));
      case Op.FLE_S -> bit(Float32.le(s, t, status));
      case Op.FEQ_D -> bit(Float64.eq(a, b, status));
      case Op.FLT_D -> bit(Float64.lt(a, b, status));
      case Op.FLE_D -> bit(Float64.le(a, b, status));
      case Op.FCLASS_S -> Float32.classify(s);
      case Op.FCLASS_D -> Float64.classify(a);
      case Op.FMV_X_W -> (int) a;
      case Op.FMV_X_D -> a;
      case Op.FCVT_W_S -> Float32.toInt32(s, rm, status);
      case Op.FCVT_WU_S -> Float32.toUint32(s, rm, status);
      case Op.FCVT_L_S -> Float32.toInt64(s, rm, status);
      case Op.FCVT_LU_S -> Float32.toUint64(s, rm, status);
      case Op.FCVT_W_D -> Float64.toInt32(a, rm, status);
      case Op.FCVT_WU_D -> Float64.toUint32(a, rm, status);
      case Op.FCVT_L_D -> Float64.toInt64(a, rm, status);
      case Op.FCVT_LU_D -> Float64.toUint64(a, rm, status);
      default -> throw new AssertionError("no floating-point instruction: " + op);
    };
  }

  private static long bit(boolean condition) {
    return condition ? 1 : 0;
  }

  /** Whether the result is of double precision. */
  private static boolean isDouble(int op) {
    return op >= Op.FLD && op != Op.FCVT_S_D;
  }

  private long resultSingle(int op, long insn, int rm) {
    int a = Float32.unbox(state.f[Insn.rs1(insn)]);
    int b = Float32.unbox(state.f[Insn.rs2(insn)]);
    long integer = state.x[Insn.rs1(insn)];
    return Float32.box(
        switch (op) {
          case Op.FADD_S -> Float32.add(a, b, rm, status);
          case Op.FSUB_S -> Float32.sub(a, b, rm, status);
          case Op.FMUL_S -> Float32.mul(a, b, rm, status);
          case Op.FDIV_S -> Float32.div(a, b, rm, status);
          case Op.FSQRT_S -> Float32.sqrt(a, rm, status);
          case Op.FMADD_S -> Float32.fma(a, b, third32(insn), rm, status);
          case Op.FMSUB_S -> Float32.fma(a, b, third32(insn) ^ SIGN_32, rm, status);
          case Op.FNMSUB_S -> Float32.fma(a ^ SIGN_32, b, third32(insn), rm, status);
          case Op.FNMADD_S -> Float32.fma(a ^ SIGN_32, b, third32(insn) ^ SIGN_32, rm, status);
          case Op.FSGNJ_S -> (a & ~SIGN_32) | (b & SIGN_32);
          case Op.FSGNJN_S -> (a & ~SIGN_32) | (~b & SIGN_32);
          case Op.FSGNJX_S -> a ^ (b & SIGN_32);
          case Op.FMIN_S -> Float32.min(a, b, status);
          case Op.FMAX_S -> Float32.max(a, b, status);
          case Op.FMV_W_X -> (int) integer;
          case Op.FCVT_S_W -> Float32.fromInt32(integer, rm, status);
          case Op.FCVT_S_WU -> Float32.fromUint32(integer, rm, status);
          case Op.FCVT_S_L -> Float32.fromInt64(integer, rm, status);
          case Op.FCVT_S_LU -> Float32.fromUint64(integer, rm, status);
          case Op.FCVT_S_D -> Float64.toFloat32(state.f[Insn.rs1(insn)], rm, status);
          default -> throw new AssertionError("no single-precision result: " + op);
        });
  }

  private int third32(long insn) {
    return Float32.unbox(state.f[Insn.rs3(insn)]);
  }

  private long resultDouble(int op, long insn, int rm) {
    long a = state.f[Insn.rs1(insn)];
    long b = state.f[Insn.rs2(insn)];
    long integer = state.x[Insn.rs1(insn)];
    return switch (op) {
      case Op.FADD_D -> Float64.add(a, b, rm, status);
      case Op.FSUB_D -> Float64.sub(a, b, rm, status);
      case Op.FMUL_D -> Float64.mul(a, b, rm, status);
      case Op.FDIV_D -> Float64.div(a, b, rm, status);
      case Op.FSQRT_D -> Float64.sqrt(a, rm, status);
      case Op.FMADD_D -> Float64.fma(a, b, state.f[Insn.rs3(insn)], rm, status);
      case Op.FMSUB_D -> Float64.fma(a, b, state.f[Insn.rs3(insn)] ^ SIGN_64, rm, status);
      case Op.FNMSUB_D -> Float64.fma(a ^ SIGN_64, b, state.f[Insn.rs3(insn)], rm, status);
      case Op.FNMADD_D ->
          Float64.fma(a ^ SIGN_64, b, state.f[Insn.rs3(insn)] ^ SIGN_64, rm, status);
      case Op.FSGNJ_D -> (a & ~SIGN_64) | (b & SIGN_64);
      case Op.FSGNJN_D -> (a & ~SIGN_64) | (~b & SIGN_64);
      case Op.FSGNJX_D -> a ^ (b & SIGN_64);
      case Op.FMIN_D -> Float64.min(a, b, status);
      case Op.FMAX_D -> Float64.max(a, b, status);
      case Op.FMV_D_X -> integer;
      case Op.FCVT_D_W -> Float64.fromInt32(integer, rm, status);
      case Op.FCVT_D_WU -> Float64.fromUint32(integer, rm, status);
      case Op.FCVT_D_L -> Float64.fromInt64(integer, rm, status);
      case Op.FCVT_D_LU -> Float64.fromUint64(integer, rm, status);
      case Op.FCVT_D_S -> Float32.toFloat64(Float32.unbox(a), status);
      default -> throw new AssertionError("no double-precision result: " + op);
    };
  }
}
