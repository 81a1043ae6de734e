package lockstep.vmm.compiler;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import lockstep.vmm.machine.hart.Alu;
import lockstep.vmm.machine.hart.UnitContext;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;

/** Writes integer instructions, one case each; see {@link FloatEmitter} for the others. */
final class InstructionEmitter {
  private static final ClassDesc ALU = UnitCode.desc(Alu.class);
  private static final ClassDesc MATH = UnitCode.desc(Math.class);
  private static final ClassDesc LONG = UnitCode.desc(Long.class);
  private static final ClassDesc INTEGER = UnitCode.desc(Integer.class);
  private static final MethodTypeDesc LONG_OF_TWO =
      MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_long, ConstantDescs.CD_long);
  private static final MethodTypeDesc LONG_OF_ONE =
      MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_long);
  private static final MethodTypeDesc INT_OF_LONG =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_long);
  private static final MethodTypeDesc INT_OF_INT =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int);
  private static final MethodTypeDesc INT_OF_TWO =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);
  private static final MethodTypeDesc LONG_ROTATION =
      MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_long, ConstantDescs.CD_int);
  private static final MethodTypeDesc INT_ROTATION =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);
  private static final MethodTypeDesc RESERVE =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long);
  private static final MethodTypeDesc TAKE_RESERVATION =
      MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_long);
  private static final MethodTypeDesc ACCESS_CSR =
      MethodTypeDesc.of(
          ConstantDescs.CD_int,
          ConstantDescs.CD_long,
          ConstantDescs.CD_long,
          ConstantDescs.CD_long);
  private static final MethodTypeDesc MAY_FENCE = MethodTypeDesc.of(ConstantDescs.CD_boolean);
  private static final long WORD = 0xffff_ffffL;

  private final UnitCode unit;
  private final CodeBuilder code;
  private final FloatEmitter floats;

  InstructionEmitter(UnitCode unit) {
    this.unit = unit;
    this.code = unit.code;
    floats = new FloatEmitter(unit);
  }

  /** Whether {@link #emit} takes an instruction; jumps and branches end blocks, and don't count. */
  static boolean handles(long insn) {
    int op = Insn.op(insn);
    if (op >= Op.FLW && op <= Op.FCVT_D_S) {
      return FloatEmitter.handles(insn);
    }
    return op == Op.LUI
        || op == Op.AUIPC
        || (op >= Op.LB && op <= Op.FENCE)
        || op == Op.FENCE_I
        || op == Op.SFENCE_VMA
        || (isCsr(op) && UnitContext.takesCsr(Insn.immediate(insn)))
        || (op >= Op.MUL && op <= Op.AMOMAXU_D)
        || (op >= Op.ADD_UW && op < Op.COUNT);
  }

  static boolean isCsr(int op) {
    return op >= Op.CSRRW && op <= Op.CSRRCI;
  }

  void emit(long insn, int slot) {
    int op = Insn.op(insn);
    if (op >= Op.FLW && op <= Op.FCVT_D_S) {
      floats.emit(insn);
    } else if (op >= Op.LB && op <= Op.LWU) {
      load(op, insn);
    } else if (op >= Op.SB && op <= Op.SD) {
      store(op, insn);
    } else if (op >= Op.LR_W && op <= Op.AMOMAXU_D) {
      atomic(op, insn);
    } else if (op >= Op.ADD_UW) {
      manipulateBits(op, insn);
    } else if (op == Op.LUI) {
      code.loadConstant((long) Insn.immediate(insn));
      unit.popX(Insn.rd(insn));
    } else if (op == Op.AUIPC) {
      unit.pushPcPlus(slot, Insn.immediate(insn));
      unit.popX(Insn.rd(insn));
    } else if (isCsr(op)) {
      csr(op, insn);
    } else if (op == Op.SFENCE_VMA) {
      unit.pushContext();
      code.invokevirtual(UnitCode.CONTEXT, "mayFence", MAY_FENCE).ifeq(unit.sideExit());
    } else if (op != Op.FENCE && op != Op.FENCE_I) {
      compute(op, insn);
    }
  }

  /** Jumps to {@code target} if the branch is taken. */
  void branch(long insn, Label target) {
    branch(Insn.op(insn), insn, target);
  }

  /** Jumps to {@code target} if the branch is not taken. */
  void branchUnless(long insn, Label target) {
    int opposite =
        switch (Insn.op(insn)) {
          case Op.BEQ -> Op.BNE;
          case Op.BNE -> Op.BEQ;
          case Op.BLT -> Op.BGE;
          case Op.BGE -> Op.BLT;
          case Op.BLTU -> Op.BGEU;
          default -> Op.BLTU;
        };
    branch(opposite, insn, target);
  }

  private void branch(int op, long insn, Label target) {
    if (op == Op.BLTU || op == Op.BGEU) {
      pushUnsigned(Insn.rs1(insn));
      pushUnsigned(Insn.rs2(insn));
    } else {
      pushBoth(insn);
    }
    code.lcmp();
    switch (op) {
      case Op.BEQ -> code.ifeq(target);
      case Op.BNE -> code.ifne(target);
      case Op.BLT, Op.BLTU -> code.iflt(target);
      case Op.BGE, Op.BGEU -> code.ifge(target);
      default -> throw new AssertionError("no branch: " + op);
    }
  }

  /**
   * Pushes a register so that comparing signed compares unsigned. This is what {@link
   * Long#compareUnsigned} does, and C2 sees one comparison in either; but C1 would inline two
   * methods and branch three times.
   */
  private void pushUnsigned(int register) {
    if (register == 0) {
      code.loadConstant(Long.MIN_VALUE);
    } else {
      unit.pushX(register);
      code.loadConstant(Long.MIN_VALUE).ladd();
    }
  }

  /** Of a load or store of integers. */
  static int log2Size(int op) {
    return switch (op) {
      case Op.LB, Op.LBU, Op.SB -> 0;
      case Op.LH, Op.LHU, Op.SH -> 1;
      case Op.LW, Op.LWU, Op.SW -> 2;
      default -> 3;
    };
  }

  private void load(int op, long insn) {
    int log2Size = log2Size(op);
    unit.findLoad(Insn.rs1(insn), Insn.immediate(insn), log2Size);
    unit.load(log2Size, op != Op.LBU && op != Op.LHU && op != Op.LWU);
    unit.popX(Insn.rd(insn));
  }

  private void store(int op, long insn) {
    int log2Size = log2Size(op);
    unit.findStore(Insn.rs1(insn), Insn.immediate(insn), log2Size);
    unit.storeX(log2Size, Insn.rs2(insn));
  }

  /** Only where the page can be written directly; everything else the hart does itself. */
  private void atomic(int op, long insn) {
    boolean word = op == Op.LR_W || op == Op.SC_W || (op >= Op.AMOSWAP_W && op <= Op.AMOMAXU_W);
    int log2Size = word ? 2 : 3;
    if (op == Op.LR_W || op == Op.LR_D) {
      unit.findLoad(Insn.rs1(insn), 0, log2Size);
      unit.load(log2Size, true);
      unit.popX(Insn.rd(insn));
      unit.pushContext();
      unit.pushHostAddress();
      code.invokevirtual(UnitCode.CONTEXT, "reserve", RESERVE);
    } else if (op == Op.SC_W || op == Op.SC_D) {
      storeConditionally(insn, log2Size);
    } else {
      unit.findStore(Insn.rs1(insn), 0, log2Size);
      unit.load(log2Size, true);
      code.lstore(UnitCode.SCRATCH);
      modified(op, insn, word);
      code.lstore(UnitCode.SCRATCH_2);
      unit.storeLocal(log2Size, UnitCode.SCRATCH_2);
      code.lload(UnitCode.SCRATCH);
      unit.popX(Insn.rd(insn));
    }
  }

  private void storeConditionally(long insn, int log2Size) {
    Label failed = code.newLabel();
    Label done = code.newLabel();
    unit.findStore(Insn.rs1(insn), 0, log2Size);
    unit.pushContext();
    unit.pushHostAddress();
    code.invokevirtual(UnitCode.CONTEXT, "takeReservation", TAKE_RESERVATION).ifeq(failed);
    unit.storeX(log2Size, Insn.rs2(insn));
    code.lconst_0();
    unit.popX(Insn.rd(insn));
    code.goto_(done);
    code.labelBinding(failed);
    code.lconst_1();
    unit.popX(Insn.rd(insn));
    code.labelBinding(done);
  }

  /** Pushes what an AMO stores, from the old value in the scratch local and rs2. */
  private void modified(int op, long insn, boolean word) {
    unit.pushX(Insn.rs2(insn));
    if (word) {
      code.l2i().i2l();
    }
    if (op == Op.AMOSWAP_W || op == Op.AMOSWAP_D) {
      return;
    }
    code.lload(UnitCode.SCRATCH);
    switch (op) {
      case Op.AMOADD_W, Op.AMOADD_D -> code.ladd();
      case Op.AMOXOR_W, Op.AMOXOR_D -> code.lxor();
      case Op.AMOAND_W, Op.AMOAND_D -> code.land();
      case Op.AMOOR_W, Op.AMOOR_D -> code.lor();
      case Op.AMOMIN_W, Op.AMOMIN_D -> code.invokestatic(MATH, "min", LONG_OF_TWO);
      case Op.AMOMAX_W, Op.AMOMAX_D -> code.invokestatic(MATH, "max", LONG_OF_TWO);
      case Op.AMOMINU_W, Op.AMOMINU_D -> code.invokestatic(ALU, "minu", LONG_OF_TWO);
      case Op.AMOMAXU_W, Op.AMOMAXU_D -> code.invokestatic(ALU, "maxu", LONG_OF_TWO);
      default -> throw new AssertionError("no AMO: " + op);
    }
  }

  private void csr(int op, long insn) {
    unit.pushContext();
    code.loadConstant(insn);
    if (op >= Op.CSRRWI) {
      code.loadConstant((long) Insn.rs1(insn));
    } else {
      unit.pushX(Insn.rs1(insn));
    }
    unit.pushStepsLeft();
    code.invokevirtual(UnitCode.CONTEXT, "accessCsr", ACCESS_CSR);
    code.dup().istore(UnitCode.SCRATCH).iflt(unit.sideExit());
    if (Insn.rd(insn) != Insn.DISCARD) {
      unit.pushContext();
      code.getfield(UnitCode.CONTEXT, "csrValue", ConstantDescs.CD_long);
      unit.popX(Insn.rd(insn));
    }
    code.iload(UnitCode.SCRATCH).ifne(unit.sideExitBehind(insn));
    if (UnitContext.mayChangeTlb(insn)) {
      unit.findTlb();
    }
    if (UnitContext.mayChangeFloat(insn)) {
      unit.lookAtFloat();
    }
  }

  private void pushBoth(long insn) {
    unit.pushX(Insn.rs1(insn));
    unit.pushX(Insn.rs2(insn));
  }

  private void pushWithImmediate(long insn) {
    unit.pushX(Insn.rs1(insn));
    code.loadConstant((long) Insn.immediate(insn));
  }

  private void pushWithAmount(long insn) {
    unit.pushX(Insn.rs1(insn));
    code.loadConstant(Insn.immediate(insn));
  }

  /** Pushes rs1 as a word and the immediate as one. */
  private void pushWordWithImmediate(long insn) {
    unit.pushWord(Insn.rs1(insn));
    code.loadConstant(Insn.immediate(insn));
  }

  /** Pushes rs1 and rs2 as an amount. */
  private void pushWithShift(long insn) {
    unit.pushX(Insn.rs1(insn));
    unit.pushWord(Insn.rs2(insn));
  }

  private void pushWords(long insn) {
    unit.pushWord(Insn.rs1(insn));
    unit.pushWord(Insn.rs2(insn));
  }

  /** Whether rs1 and rs2 hold sign-extended words. */
  private boolean areWords(long insn) {
    return unit.isWord(Insn.rs1(insn)) && unit.isWord(Insn.rs2(insn));
  }

  /** An operation bit by bit: of two words, it is a word. */
  private void combine(long insn, Runnable words, Runnable doublewords) {
    if (areWords(insn)) {
      pushWords(insn);
      words.run();
      unit.popIntX(Insn.rd(insn));
    } else {
      pushBoth(insn);
      doublewords.run();
      unit.popX(Insn.rd(insn));
    }
  }

  private void combineWithImmediate(long insn, Runnable words, Runnable doublewords) {
    if (unit.isWord(Insn.rs1(insn))) {
      pushWordWithImmediate(insn);
      words.run();
      unit.popIntX(Insn.rd(insn));
    } else {
      pushWithImmediate(insn);
      doublewords.run();
      unit.popX(Insn.rd(insn));
    }
  }

  private void compute(int op, long insn) {
    int rd = Insn.rd(insn);
    switch (op) {
      case Op.ADDI -> {
        unit.pushX(Insn.rs1(insn));
        if (Insn.immediate(insn) != 0) {
          code.loadConstant((long) Insn.immediate(insn)).ladd();
        }
        unit.popX(rd);
      }
      case Op.SLTI -> {
        pushWithImmediate(insn);
        code.lcmp();
        unit.pushZeroIf(code::ifge);
        unit.popX(rd);
      }
      case Op.SLTIU -> {
        if (Insn.immediate(insn) == 1) {
          unit.pushX(Insn.rs1(insn));
          code.lconst_0().lcmp();
          unit.pushZeroIf(code::ifne);
        } else {
          pushUnsigned(Insn.rs1(insn));
          code.loadConstant(Insn.immediate(insn) + Long.MIN_VALUE).lcmp();
          unit.pushZeroIf(code::ifge);
        }
        unit.popX(rd);
      }
      case Op.XORI -> combineWithImmediate(insn, code::ixor, code::lxor);
      case Op.ORI -> combineWithImmediate(insn, code::ior, code::lor);
      case Op.ANDI -> combineWithImmediate(insn, code::iand, code::land);
      case Op.SLLI -> {
        pushWithAmount(insn);
        code.lshl();
        unit.popX(rd);
      }
      case Op.SRLI -> {
        pushWithAmount(insn);
        code.lushr();
        unit.popX(rd);
      }
      case Op.SRAI -> {
        pushWithAmount(insn);
        code.lshr();
        unit.popX(rd);
      }
      case Op.ADD -> {
        if (Insn.rs1(insn) == 0 || Insn.rs2(insn) == 0) {
          unit.pushX(Insn.rs1(insn) | Insn.rs2(insn));
        } else {
          pushBoth(insn);
          code.ladd();
        }
        unit.popX(rd);
      }
      case Op.SUB -> {
        pushBoth(insn);
        code.lsub();
        unit.popX(rd);
      }
      case Op.SLL -> {
        pushWithShift(insn);
        code.lshl();
        unit.popX(rd);
      }
      case Op.SLT -> {
        pushBoth(insn);
        code.lcmp();
        unit.pushZeroIf(code::ifge);
        unit.popX(rd);
      }
      case Op.SLTU -> {
        if (Insn.rs1(insn) == 0) {
          pushBoth(insn);
          code.lcmp();
          unit.pushZeroIf(code::ifeq);
        } else {
          pushUnsigned(Insn.rs1(insn));
          pushUnsigned(Insn.rs2(insn));
          code.lcmp();
          unit.pushZeroIf(code::ifge);
        }
        unit.popX(rd);
      }
      case Op.XOR -> combine(insn, code::ixor, code::lxor);
      case Op.SRL -> {
        pushWithShift(insn);
        code.lushr();
        unit.popX(rd);
      }
      case Op.SRA -> {
        pushWithShift(insn);
        code.lshr();
        unit.popX(rd);
      }
      case Op.OR -> combine(insn, code::ior, code::lor);
      case Op.AND -> combine(insn, code::iand, code::land);
      case Op.ADDIW -> {
        unit.pushWord(Insn.rs1(insn));
        if (Insn.immediate(insn) != 0) {
          code.loadConstant(Insn.immediate(insn)).iadd();
        }
        unit.popIntX(rd);
      }
      case Op.SLLIW -> {
        pushWordWithImmediate(insn);
        code.ishl();
        unit.popIntX(rd);
      }
      case Op.SRLIW -> {
        pushWordWithImmediate(insn);
        code.iushr();
        unit.popIntX(rd);
      }
      case Op.SRAIW -> {
        pushWordWithImmediate(insn);
        code.ishr();
        unit.popIntX(rd);
      }
      case Op.ADDW -> {
        pushWords(insn);
        code.iadd();
        unit.popIntX(rd);
      }
      case Op.SUBW -> {
        pushWords(insn);
        code.isub();
        unit.popIntX(rd);
      }
      case Op.SLLW -> {
        pushWords(insn);
        code.ishl();
        unit.popIntX(rd);
      }
      case Op.SRLW -> {
        pushWords(insn);
        code.iushr();
        unit.popIntX(rd);
      }
      case Op.SRAW -> {
        pushWords(insn);
        code.ishr();
        unit.popIntX(rd);
      }
      case Op.MULW -> {
        pushWords(insn);
        code.imul();
        unit.popIntX(rd);
      }
      case Op.MUL -> {
        pushBoth(insn);
        code.lmul();
        unit.popX(rd);
      }
      default -> {
        if (op >= Op.DIV && op <= Op.REMUW) {
          divide(op, insn);
        } else {
          pushBoth(insn);
          multiply(op);
        }
        unit.popX(rd);
      }
    }
  }

  private void multiply(int op) {
    switch (op) {
      case Op.MULH -> code.invokestatic(MATH, "multiplyHigh", LONG_OF_TWO);
      case Op.MULHU -> code.invokestatic(MATH, "unsignedMultiplyHigh", LONG_OF_TWO);
      case Op.MULHSU -> code.invokestatic(ALU, "mulhsu", LONG_OF_TWO);
      default -> throw new AssertionError("not emitted: " + op);
    }
  }

  /** The host divides alike, overflow included, but by zero: that is a side exit. */
  private void divide(int op, long insn) {
    unit.pushX(Insn.rs2(insn));
    boolean word = op >= Op.DIVW && op <= Op.REMUW;
    if (word) {
      code.l2i().ifeq(unit.sideExit());
      pushWords(insn);
    } else {
      code.lconst_0().lcmp().ifeq(unit.sideExit());
      pushBoth(insn);
    }
    switch (op) {
      case Op.DIV -> code.ldiv();
      case Op.DIVU -> code.invokestatic(LONG, "divideUnsigned", LONG_OF_TWO);
      case Op.REM -> code.lrem();
      case Op.REMU -> code.invokestatic(LONG, "remainderUnsigned", LONG_OF_TWO);
      case Op.DIVW -> code.idiv();
      case Op.DIVUW -> code.invokestatic(INTEGER, "divideUnsigned", INT_OF_TWO);
      case Op.REMW -> code.irem();
      case Op.REMUW -> code.invokestatic(INTEGER, "remainderUnsigned", INT_OF_TWO);
      default -> throw new AssertionError("no division: " + op);
    }
    if (word) {
      code.i2l();
    }
  }

  /** Pushes rs1, of which only the word counts, shifted left, plus rs2. */
  private void shiftAndAdd(long insn, int shift, boolean word) {
    unit.pushX(Insn.rs1(insn));
    if (word) {
      code.loadConstant(WORD).land();
    }
    if (shift != 0) {
      code.loadConstant(shift).lshl();
    }
    unit.pushX(Insn.rs2(insn));
    code.ladd();
  }

  /** Pushes rs2 with all bits inverted. */
  private void pushInverted(int register) {
    unit.pushX(register);
    code.loadConstant(-1L).lxor();
  }

  /** Pushes rs1 and the bit that rs2 or the immediate names. */
  private void pushWithBit(int op, long insn) {
    unit.pushX(Insn.rs1(insn));
    code.lconst_1();
    if (op >= Op.BCLRI) {
      code.loadConstant(Insn.immediate(insn));
    } else {
      unit.pushWord(Insn.rs2(insn));
    }
    code.lshl();
  }

  private void manipulateBits(int op, long insn) {
    switch (op) {
      case Op.ADD_UW -> shiftAndAdd(insn, 0, true);
      case Op.SH1ADD -> shiftAndAdd(insn, 1, false);
      case Op.SH2ADD -> shiftAndAdd(insn, 2, false);
      case Op.SH3ADD -> shiftAndAdd(insn, 3, false);
      case Op.SH1ADD_UW -> shiftAndAdd(insn, 1, true);
      case Op.SH2ADD_UW -> shiftAndAdd(insn, 2, true);
      case Op.SH3ADD_UW -> shiftAndAdd(insn, 3, true);
      case Op.SLLI_UW -> {
        unit.pushX(Insn.rs1(insn));
        code.loadConstant(WORD).land().loadConstant(Insn.immediate(insn)).lshl();
      }
      case Op.ANDN -> {
        unit.pushX(Insn.rs1(insn));
        pushInverted(Insn.rs2(insn));
        code.land();
      }
      case Op.ORN -> {
        unit.pushX(Insn.rs1(insn));
        pushInverted(Insn.rs2(insn));
        code.lor();
      }
      case Op.XNOR -> {
        unit.pushX(Insn.rs1(insn));
        pushInverted(Insn.rs2(insn));
        code.lxor();
      }
      case Op.MAX, Op.MIN -> {
        pushBoth(insn);
        code.invokestatic(MATH, op == Op.MAX ? "max" : "min", LONG_OF_TWO);
      }
      case Op.MAXU, Op.MINU -> {
        pushBoth(insn);
        code.invokestatic(ALU, op == Op.MAXU ? "maxu" : "minu", LONG_OF_TWO);
      }
      case Op.ROL, Op.ROR -> {
        pushWithShift(insn);
        code.invokestatic(LONG, op == Op.ROL ? "rotateLeft" : "rotateRight", LONG_ROTATION);
      }
      case Op.RORI -> {
        pushWithAmount(insn);
        code.invokestatic(LONG, "rotateRight", LONG_ROTATION);
      }
      case Op.ROLW, Op.RORW -> {
        pushWords(insn);
        code.invokestatic(INTEGER, op == Op.ROLW ? "rotateLeft" : "rotateRight", INT_ROTATION);
        code.i2l();
      }
      case Op.RORIW -> {
        pushWordWithImmediate(insn);
        code.invokestatic(INTEGER, "rotateRight", INT_ROTATION).i2l();
      }
      case Op.BCLR, Op.BCLRI -> {
        pushWithBit(op, insn);
        code.loadConstant(-1L).lxor().land();
      }
      case Op.BINV, Op.BINVI -> {
        pushWithBit(op, insn);
        code.lxor();
      }
      case Op.BSET, Op.BSETI -> {
        pushWithBit(op, insn);
        code.lor();
      }
      case Op.BEXT -> {
        pushWithShift(insn);
        code.lushr().lconst_1().land();
      }
      case Op.BEXTI -> {
        pushWithAmount(insn);
        code.lushr().lconst_1().land();
      }
      default -> manipulateOne(op, insn);
    }
    unit.popX(Insn.rd(insn));
  }

  /** Pushes the result of an instruction with one operand. */
  private void manipulateOne(int op, long insn) {
    unit.pushX(Insn.rs1(insn));
    switch (op) {
      case Op.CLZ -> code.invokestatic(LONG, "numberOfLeadingZeros", INT_OF_LONG).i2l();
      case Op.CTZ -> code.invokestatic(LONG, "numberOfTrailingZeros", INT_OF_LONG).i2l();
      case Op.CPOP -> code.invokestatic(LONG, "bitCount", INT_OF_LONG).i2l();
      case Op.CLZW -> code.l2i().invokestatic(INTEGER, "numberOfLeadingZeros", INT_OF_INT).i2l();
      case Op.CTZW -> code.l2i().invokestatic(INTEGER, "numberOfTrailingZeros", INT_OF_INT).i2l();
      case Op.CPOPW -> code.l2i().invokestatic(INTEGER, "bitCount", INT_OF_INT).i2l();
      case Op.SEXT_B -> code.l2i().i2b().i2l();
      case Op.SEXT_H -> code.l2i().i2s().i2l();
      case Op.ZEXT_H -> code.loadConstant(0xffffL).land();
      case Op.ORC_B -> code.invokestatic(ALU, "orcb", LONG_OF_ONE);
      case Op.REV8 -> code.invokestatic(LONG, "reverseBytes", LONG_OF_ONE);
      default -> throw new AssertionError("no bit manipulation: " + op);
    }
  }
}
