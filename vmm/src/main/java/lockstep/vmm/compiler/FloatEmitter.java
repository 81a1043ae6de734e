package lockstep.vmm.compiler;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import lockstep.vmm.machine.fp.Float32;
import lockstep.vmm.machine.fp.Float64;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.InstructionTable;
import lockstep.vmm.machine.isa.Op;

/**
 * Writes floating-point instructions. Registers are doubles in locals, of which the JVM keeps every
 * bit, whatever they hold. Double-precision arithmetic is the host's, with a side exit for every
 * result that might have raised a flag; the rest calls the interpreter's own operations.
 */
final class FloatEmitter {
  private static final ClassDesc FLOAT64 = UnitCode.desc(Float64.class);
  private static final ClassDesc FLOAT32 = UnitCode.desc(Float32.class);
  private static final ClassDesc MATH = UnitCode.desc(Math.class);
  private static final ClassDesc J = ConstantDescs.CD_long;
  private static final ClassDesc I = ConstantDescs.CD_int;
  private static final ClassDesc D = ConstantDescs.CD_double;
  private static final ClassDesc Z = ConstantDescs.CD_boolean;
  private static final int DYNAMIC = 7;
  private static final int NEAREST = 0;
  private static final int TO_ZERO = 1;
  private static final int ROUNDING_MODE_MAX = 4;
  private static final long SIGN_64 = Long.MIN_VALUE;
  private static final int SIGN_32 = Integer.MIN_VALUE;
  private static final long NAN_BOX = 0xffff_ffff_0000_0000L;
  private static final long WORD = 0xffff_ffffL;

  private final UnitCode unit;
  private final CodeBuilder code;

  FloatEmitter(UnitCode unit) {
    this.unit = unit;
    this.code = unit.code;
  }

  /** All but what has an invalid rounding mode. */
  static boolean handles(long insn) {
    int rm = Insn.rm(insn);
    return !InstructionTable.of(Insn.op(insn)).format().hasRoundingMode()
        || rm <= ROUNDING_MODE_MAX
        || rm == DYNAMIC;
  }

  void emit(long insn) {
    int op = Insn.op(insn);
    switch (op) {
      case Op.FLW -> {
        unit.needFloatOn();
        unit.findLoad(Insn.rs1(insn), Insn.immediate(insn), 2);
        unit.load(2, true);
        code.loadConstant(NAN_BOX).lor();
        unit.popRawF(Insn.rd(insn));
      }
      case Op.FLD -> {
        unit.needFloatOn();
        unit.findLoad(Insn.rs1(insn), Insn.immediate(insn), 3);
        unit.loadDouble();
        unit.popF(Insn.rd(insn));
      }
      case Op.FSW -> {
        unit.needFloatOn();
        unit.findStore(Insn.rs1(insn), Insn.immediate(insn), 2);
        unit.storeSingle(Insn.rs2(insn));
      }
      case Op.FSD -> {
        unit.needFloatOn();
        unit.findStore(Insn.rs1(insn), Insn.immediate(insn), 3);
        unit.storeDouble(Insn.rs2(insn));
      }
      case Op.FADD_D, Op.FSUB_D, Op.FMUL_D, Op.FDIV_D -> arithmetic(op, insn);
      case Op.FSQRT_D -> squareRoot(insn);
      case Op.FMADD_D, Op.FMSUB_D, Op.FNMSUB_D, Op.FNMADD_D -> fused(op, insn);
      case Op.FEQ_D, Op.FLT_D, Op.FLE_D -> compare(op, insn);
      case Op.FCVT_W_D, Op.FCVT_L_D -> truncate(op, insn);
      case Op.FCVT_D_L -> fromLong(insn);
      case Op.FCVT_D_W, Op.FCVT_D_WU -> fromWord(op, insn);
      default -> {
        if (!move(op, insn)) {
          call(op, insn);
        }
      }
    }
  }

  private static boolean isNearest(long insn) {
    return Insn.rm(insn) == NEAREST || Insn.rm(insn) == DYNAMIC;
  }

  // The tests of HostFloat, written out: the JVM does not inline what it has not seen called, and a
  // call costs more than the arithmetic. NaN fails each.

  private void pushMagnitude() {
    code.dload(UnitCode.SCRATCH).invokestatic(MATH, "abs", MethodTypeDesc.of(D, D));
  }

  /** Side exit unless the result in the scratch local is finite. */
  private void requireFinite() {
    pushMagnitude();
    code.loadConstant(Double.MAX_VALUE).dcmpg().ifgt(unit.sideExit());
  }

  /**
   * Side exit unless the result is normal, or a zero that is exact because one of the operands is
   * zero.
   */
  private void requireNormal(int... operands) {
    Label notTiny = code.newLabel();
    Label exact = code.newLabel();
    pushMagnitude();
    code.loadConstant(Double.MIN_NORMAL).dcmpl().ifgt(notTiny);
    code.dload(UnitCode.SCRATCH).dconst_0().dcmpl().ifne(unit.sideExit());
    for (int operand : operands) {
      unit.pushF(operand);
      code.dconst_0().dcmpl().ifeq(exact);
    }
    code.goto_(unit.sideExit());
    code.labelBinding(notTiny);
    requireFinite();
    code.labelBinding(exact);
  }

  /** Side exit unless the operand in the scratch local is between the bounds, and neither. */
  private void requireBetween(double low, double high) {
    code.dload(UnitCode.SCRATCH).loadConstant(low).dcmpl().ifle(unit.sideExit());
    code.dload(UnitCode.SCRATCH).loadConstant(high).dcmpg().ifge(unit.sideExit());
  }

  private void requireNumber(int register) {
    unit.pushF(register);
    code.dup2().dcmpl().ifne(unit.sideExit());
  }

  private void arithmetic(int op, long insn) {
    if (!isNearest(insn)) {
      call(op, insn);
      return;
    }
    unit.needFloatHost();
    pushBoth(insn);
    switch (op) {
      case Op.FADD_D -> code.dadd();
      case Op.FSUB_D -> code.dsub();
      case Op.FMUL_D -> code.dmul();
      default -> code.ddiv();
    }
    code.dstore(UnitCode.SCRATCH);
    switch (op) {
      case Op.FADD_D, Op.FSUB_D -> requireFinite();
      case Op.FMUL_D -> requireNormal(Insn.rs1(insn), Insn.rs2(insn));
      default -> requireNormal(Insn.rs1(insn));
    }
    code.dload(UnitCode.SCRATCH);
    unit.popF(Insn.rd(insn));
  }

  private void squareRoot(long insn) {
    if (!isNearest(insn)) {
      call(Op.FSQRT_D, insn);
      return;
    }
    unit.needFloatHost();
    unit.pushF(Insn.rs1(insn));
    code.invokestatic(MATH, "sqrt", MethodTypeDesc.of(D, D)).dstore(UnitCode.SCRATCH);
    requireNormal(Insn.rs1(insn));
    code.dload(UnitCode.SCRATCH);
    unit.popF(Insn.rd(insn));
  }

  private void fused(int op, long insn) {
    if (!isNearest(insn)) {
      call(op, insn);
      return;
    }
    unit.needFloatHost();
    unit.pushF(Insn.rs1(insn));
    if (op == Op.FNMSUB_D || op == Op.FNMADD_D) {
      code.dneg();
    }
    unit.pushF(Insn.rs2(insn));
    unit.pushF(Insn.rs3(insn));
    if (op == Op.FMSUB_D || op == Op.FNMADD_D) {
      code.dneg();
    }
    code.invokestatic(MATH, "fma", MethodTypeDesc.of(D, D, D, D)).dstore(UnitCode.SCRATCH);
    requireNormal(Insn.rs1(insn), Insn.rs2(insn));
    code.dload(UnitCode.SCRATCH);
    unit.popF(Insn.rd(insn));
  }

  /** As the interpreter does: NaNs by a side exit, which is asked only where it is not true. */
  private void compare(int op, long insn) {
    Label isTrue = code.newLabel();
    Label known = code.newLabel();
    unit.needFloatOn();
    pushBoth(insn);
    switch (op) {
      case Op.FEQ_D -> {
        code.dcmpl().ifeq(isTrue);
        requireNumber(Insn.rs1(insn));
        requireNumber(Insn.rs2(insn));
      }
      case Op.FLT_D -> {
        code.dcmpg().iflt(isTrue);
        pushBoth(insn);
        code.dcmpl().iflt(unit.sideExit());
      }
      default -> {
        code.dcmpg().ifle(isTrue);
        pushBoth(insn);
        code.dcmpl().ifle(unit.sideExit());
      }
    }
    code.lconst_0().goto_(known);
    code.labelBinding(isTrue).lconst_1();
    code.labelBinding(known);
    unit.popX(Insn.rd(insn));
  }

  private void pushBoth(long insn) {
    unit.pushF(Insn.rs1(insn));
    unit.pushF(Insn.rs2(insn));
  }

  private void truncate(int op, long insn) {
    if (Insn.rm(insn) != TO_ZERO) {
      call(op, insn);
      return;
    }
    unit.needFloatHost();
    unit.pushF(Insn.rs1(insn));
    code.dstore(UnitCode.SCRATCH);
    if (op == Op.FCVT_W_D) {
      requireBetween(-0x1p31, 0x1p31);
    } else {
      requireBetween(-0x1p63, 0x1p63);
    }
    code.dload(UnitCode.SCRATCH);
    if (op == Op.FCVT_W_D) {
      code.d2i();
      unit.popIntX(Insn.rd(insn));
    } else {
      code.d2l();
      unit.popX(Insn.rd(insn));
    }
  }

  private void fromLong(long insn) {
    if (!isNearest(insn)) {
      call(Op.FCVT_D_L, insn);
      return;
    }
    unit.needFloatHost();
    unit.pushX(Insn.rs1(insn));
    code.l2d();
    unit.popF(Insn.rd(insn));
  }

  /** Exact, so that the rounding mode only has to be valid. */
  private void fromWord(int op, long insn) {
    roundingMode(insn);
    unit.pushX(Insn.rs1(insn));
    if (op == Op.FCVT_D_W) {
      code.l2i().i2d();
    } else {
      code.loadConstant(WORD).land().l2d();
    }
    unit.popF(Insn.rd(insn));
  }

  /** Moves and sign injection: bits only. */
  private boolean move(int op, long insn) {
    switch (op) {
      case Op.FSGNJ_D, Op.FSGNJN_D, Op.FSGNJX_D -> injectDoubleSign(op, insn);
      case Op.FSGNJ_S, Op.FSGNJN_S, Op.FSGNJX_S -> injectSingleSign(op, insn);
      case Op.FMV_X_D, Op.FMV_X_W -> {
        unit.needFloatOn();
        unit.pushRawF(Insn.rs1(insn));
        if (op == Op.FMV_X_W) {
          code.l2i().i2l();
        }
        unit.popX(Insn.rd(insn));
      }
      case Op.FMV_D_X, Op.FMV_W_X -> {
        unit.needFloatOn();
        unit.pushX(Insn.rs1(insn));
        if (op == Op.FMV_W_X) {
          code.loadConstant(NAN_BOX).lor();
        }
        unit.popRawF(Insn.rd(insn));
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void injectDoubleSign(int op, long insn) {
    unit.needFloatOn();
    if (op == Op.FSGNJ_D && Insn.rs1(insn) == Insn.rs2(insn)) {
      unit.pushF(Insn.rs1(insn));
      unit.popF(Insn.rd(insn));
      return;
    }
    unit.pushRawF(Insn.rs1(insn));
    if (op != Op.FSGNJX_D) {
      code.loadConstant(~SIGN_64).land();
    }
    unit.pushRawF(Insn.rs2(insn));
    if (op == Op.FSGNJN_D) {
      code.loadConstant(-1L).lxor();
    }
    code.loadConstant(SIGN_64).land();
    if (op == Op.FSGNJX_D) {
      code.lxor();
    } else {
      code.lor();
    }
    unit.popRawF(Insn.rd(insn));
  }

  private void pushSingle(int register) {
    unit.pushRawF(register);
    code.invokestatic(FLOAT32, "unbox", MethodTypeDesc.of(I, J));
  }

  private void popSingle(int register) {
    code.invokestatic(FLOAT32, "box", MethodTypeDesc.of(J, I));
    unit.popRawF(register);
  }

  private void injectSingleSign(int op, long insn) {
    unit.needFloatOn();
    pushSingle(Insn.rs1(insn));
    if (op != Op.FSGNJX_S) {
      code.loadConstant(~SIGN_32).iand();
    }
    pushSingle(Insn.rs2(insn));
    if (op == Op.FSGNJN_S) {
      code.iconst_m1().ixor();
    }
    code.loadConstant(SIGN_32).iand();
    if (op == Op.FSGNJX_S) {
      code.ixor();
    } else {
      code.ior();
    }
    popSingle(Insn.rd(insn));
  }

  // Calls of the interpreter's own operations.

  /** Needs what the rounding mode asks for, and gives the mode to push. */
  private int roundingMode(long insn) {
    if (Insn.rm(insn) == DYNAMIC) {
      // Also says that frm is to-nearest.
      unit.needFloatHost();
      return NEAREST;
    }
    unit.needFloatOn();
    return Insn.rm(insn);
  }

  private void call(int op, long insn) {
    boolean rounds = InstructionTable.of(op).format().hasRoundingMode();
    int rm = NEAREST;
    if (rounds) {
      rm = roundingMode(insn);
    } else {
      unit.needFloatOn();
    }
    switch (op) {
      case Op.FADD_D -> doubles("add", 2, rm, insn);
      case Op.FSUB_D -> doubles("sub", 2, rm, insn);
      case Op.FMUL_D -> doubles("mul", 2, rm, insn);
      case Op.FDIV_D -> doubles("div", 2, rm, insn);
      case Op.FSQRT_D -> doubles("sqrt", 1, rm, insn);
      case Op.FMADD_D, Op.FMSUB_D, Op.FNMSUB_D, Op.FNMADD_D -> fusedDoubles(op, rm, insn);
      case Op.FADD_S -> singles("add", 2, rm, insn);
      case Op.FSUB_S -> singles("sub", 2, rm, insn);
      case Op.FMUL_S -> singles("mul", 2, rm, insn);
      case Op.FDIV_S -> singles("div", 2, rm, insn);
      case Op.FSQRT_S -> singles("sqrt", 1, rm, insn);
      case Op.FMADD_S, Op.FMSUB_S, Op.FNMSUB_S, Op.FNMADD_S -> fusedSingles(op, rm, insn);
      case Op.FMIN_D, Op.FMAX_D -> {
        unit.pushRawF(Insn.rs1(insn));
        unit.pushRawF(Insn.rs2(insn));
        unit.pushFpStatus();
        code.invokestatic(
            FLOAT64,
            op == Op.FMIN_D ? "min" : "max",
            MethodTypeDesc.of(J, J, J, UnitCode.FP_STATUS));
        unit.popRawF(Insn.rd(insn));
      }
      case Op.FMIN_S, Op.FMAX_S -> {
        pushSingle(Insn.rs1(insn));
        pushSingle(Insn.rs2(insn));
        unit.pushFpStatus();
        code.invokestatic(
            FLOAT32,
            op == Op.FMIN_S ? "min" : "max",
            MethodTypeDesc.of(I, I, I, UnitCode.FP_STATUS));
        popSingle(Insn.rd(insn));
      }
      case Op.FEQ_S -> compareSingles("eq", insn);
      case Op.FLT_S -> compareSingles("lt", insn);
      case Op.FLE_S -> compareSingles("le", insn);
      case Op.FCLASS_D -> {
        unit.pushRawF(Insn.rs1(insn));
        code.invokestatic(FLOAT64, "classify", MethodTypeDesc.of(I, J));
        unit.popIntX(Insn.rd(insn));
      }
      case Op.FCLASS_S -> {
        pushSingle(Insn.rs1(insn));
        code.invokestatic(FLOAT32, "classify", MethodTypeDesc.of(I, I));
        unit.popIntX(Insn.rd(insn));
      }
      case Op.FCVT_W_D -> toInteger(true, "toInt32", rm, insn);
      case Op.FCVT_WU_D -> toInteger(true, "toUint32", rm, insn);
      case Op.FCVT_L_D -> toInteger(true, "toInt64", rm, insn);
      case Op.FCVT_LU_D -> toInteger(true, "toUint64", rm, insn);
      case Op.FCVT_W_S -> toInteger(false, "toInt32", rm, insn);
      case Op.FCVT_WU_S -> toInteger(false, "toUint32", rm, insn);
      case Op.FCVT_L_S -> toInteger(false, "toInt64", rm, insn);
      case Op.FCVT_LU_S -> toInteger(false, "toUint64", rm, insn);
      case Op.FCVT_D_L -> fromInteger(true, "fromInt64", rm, insn);
      case Op.FCVT_D_LU -> fromInteger(true, "fromUint64", rm, insn);
      case Op.FCVT_S_W -> fromInteger(false, "fromInt32", rm, insn);
      case Op.FCVT_S_WU -> fromInteger(false, "fromUint32", rm, insn);
      case Op.FCVT_S_L -> fromInteger(false, "fromInt64", rm, insn);
      case Op.FCVT_S_LU -> fromInteger(false, "fromUint64", rm, insn);
      case Op.FCVT_S_D -> {
        unit.pushRawF(Insn.rs1(insn));
        code.loadConstant(rm);
        unit.pushFpStatus();
        code.invokestatic(FLOAT64, "toFloat32", MethodTypeDesc.of(I, J, I, UnitCode.FP_STATUS));
        popSingle(Insn.rd(insn));
      }
      case Op.FCVT_D_S -> {
        pushSingle(Insn.rs1(insn));
        unit.pushFpStatus();
        code.invokestatic(FLOAT32, "toFloat64", MethodTypeDesc.of(J, I, UnitCode.FP_STATUS));
        unit.popRawF(Insn.rd(insn));
      }
      default -> throw new AssertionError("no floating-point instruction: " + op);
    }
  }

  private void doubles(String method, int operands, int rm, long insn) {
    unit.pushRawF(Insn.rs1(insn));
    if (operands == 2) {
      unit.pushRawF(Insn.rs2(insn));
    }
    code.loadConstant(rm);
    unit.pushFpStatus();
    code.invokestatic(
        FLOAT64,
        method,
        operands == 2
            ? MethodTypeDesc.of(J, J, J, I, UnitCode.FP_STATUS)
            : MethodTypeDesc.of(J, J, I, UnitCode.FP_STATUS));
    unit.popRawF(Insn.rd(insn));
  }

  private void singles(String method, int operands, int rm, long insn) {
    pushSingle(Insn.rs1(insn));
    if (operands == 2) {
      pushSingle(Insn.rs2(insn));
    }
    code.loadConstant(rm);
    unit.pushFpStatus();
    code.invokestatic(
        FLOAT32,
        method,
        operands == 2
            ? MethodTypeDesc.of(I, I, I, I, UnitCode.FP_STATUS)
            : MethodTypeDesc.of(I, I, I, UnitCode.FP_STATUS));
    popSingle(Insn.rd(insn));
  }

  private void fusedDoubles(int op, int rm, long insn) {
    unit.pushRawF(Insn.rs1(insn));
    if (op == Op.FNMSUB_D || op == Op.FNMADD_D) {
      code.loadConstant(SIGN_64).lxor();
    }
    unit.pushRawF(Insn.rs2(insn));
    unit.pushRawF(Insn.rs3(insn));
    if (op == Op.FMSUB_D || op == Op.FNMADD_D) {
      code.loadConstant(SIGN_64).lxor();
    }
    code.loadConstant(rm);
    unit.pushFpStatus();
    code.invokestatic(FLOAT64, "fma", MethodTypeDesc.of(J, J, J, J, I, UnitCode.FP_STATUS));
    unit.popRawF(Insn.rd(insn));
  }

  private void fusedSingles(int op, int rm, long insn) {
    pushSingle(Insn.rs1(insn));
    if (op == Op.FNMSUB_S || op == Op.FNMADD_S) {
      code.loadConstant(SIGN_32).ixor();
    }
    pushSingle(Insn.rs2(insn));
    pushSingle(Insn.rs3(insn));
    if (op == Op.FMSUB_S || op == Op.FNMADD_S) {
      code.loadConstant(SIGN_32).ixor();
    }
    code.loadConstant(rm);
    unit.pushFpStatus();
    code.invokestatic(FLOAT32, "fma", MethodTypeDesc.of(I, I, I, I, I, UnitCode.FP_STATUS));
    popSingle(Insn.rd(insn));
  }

  private void compareSingles(String method, long insn) {
    pushSingle(Insn.rs1(insn));
    pushSingle(Insn.rs2(insn));
    unit.pushFpStatus();
    code.invokestatic(FLOAT32, method, MethodTypeDesc.of(Z, I, I, UnitCode.FP_STATUS));
    unit.popIntX(Insn.rd(insn));
  }

  private void toInteger(boolean fromDouble, String method, int rm, long insn) {
    if (fromDouble) {
      unit.pushRawF(Insn.rs1(insn));
    } else {
      pushSingle(Insn.rs1(insn));
    }
    code.loadConstant(rm);
    unit.pushFpStatus();
    code.invokestatic(
        fromDouble ? FLOAT64 : FLOAT32,
        method,
        MethodTypeDesc.of(J, fromDouble ? J : I, I, UnitCode.FP_STATUS));
    unit.popX(Insn.rd(insn));
  }

  private void fromInteger(boolean toDouble, String method, int rm, long insn) {
    unit.pushX(Insn.rs1(insn));
    code.loadConstant(rm);
    unit.pushFpStatus();
    if (toDouble) {
      code.invokestatic(FLOAT64, method, MethodTypeDesc.of(J, J, I, UnitCode.FP_STATUS));
      unit.popRawF(Insn.rd(insn));
    } else {
      code.invokestatic(FLOAT32, method, MethodTypeDesc.of(I, J, I, UnitCode.FP_STATUS));
      popSingle(Insn.rd(insn));
    }
  }
}
