package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.fp.RoundingMode;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;

/**
 * What a slot can hold beside an {@link Op}: forms made for the interpreter when it decodes, that
 * know the page they are in or the rounding mode they use.
 */
final class SlotOp {
  /** Not decoded yet. */
  static final int UNDECODED = 0;

  /** Branches whose target is in the same page; the immediate is a distance in slots. */
  static final int BEQ_IN_PAGE = Op.ILLEGAL + 1;

  static final int BNE_IN_PAGE = Op.ILLEGAL + 2;
  static final int BLT_IN_PAGE = Op.ILLEGAL + 3;
  static final int BGE_IN_PAGE = Op.ILLEGAL + 4;
  static final int BLTU_IN_PAGE = Op.ILLEGAL + 5;
  static final int BGEU_IN_PAGE = Op.ILLEGAL + 6;

  /** JAL without a link. */
  static final int JUMP_IN_PAGE = Op.ILLEGAL + 7;

  static final int JAL_IN_PAGE = Op.ILLEGAL + 8;

  /** Behind the last slot of a page. */
  static final int END_OF_PAGE = Op.ILLEGAL + 9;

  /** The instruction's other half is in the next page. */
  static final int CROSSING = Op.ILLEGAL + 10;

  /** Arithmetic that rounds to nearest, statically or by frm. */
  static final int FADD_D_NEAREST = Op.ILLEGAL + 11;

  static final int FSUB_D_NEAREST = Op.ILLEGAL + 12;
  static final int FMUL_D_NEAREST = Op.ILLEGAL + 13;
  static final int FDIV_D_NEAREST = Op.ILLEGAL + 14;
  static final int FSQRT_D_NEAREST = Op.ILLEGAL + 15;
  static final int FMADD_D_NEAREST = Op.ILLEGAL + 16;
  static final int FMSUB_D_NEAREST = Op.ILLEGAL + 17;
  static final int FNMSUB_D_NEAREST = Op.ILLEGAL + 18;
  static final int FNMADD_D_NEAREST = Op.ILLEGAL + 19;
  static final int FCVT_D_L_NEAREST = Op.ILLEGAL + 20;

  /** Conversions that truncate. */
  static final int FCVT_W_D_TO_ZERO = Op.ILLEGAL + 21;

  static final int FCVT_L_D_TO_ZERO = Op.ILLEGAL + 22;

  /** Exact under every rounding mode, so any legal one will do. */
  static final int FCVT_D_W_EXACT = Op.ILLEGAL + 23;

  /** A {@link CompiledUnit} is entered here; the immediate is its number. */
  static final int COMPILED = Op.ILLEGAL + 24;

  private static final int FIRST_OF_ARITHMETIC = FADD_D_NEAREST;

  private static final int[] ARITHMETIC = {
    Op.FADD_D,
    Op.FSUB_D,
    Op.FMUL_D,
    Op.FDIV_D,
    Op.FSQRT_D,
    Op.FMADD_D,
    Op.FMSUB_D,
    Op.FNMSUB_D,
    Op.FNMADD_D,
    Op.FCVT_D_L,
    Op.FCVT_W_D,
    Op.FCVT_L_D,
    Op.FCVT_D_W,
  };

  private SlotOp() {}

  /** The slot at which the unit with number {@code id} is entered. */
  static long compiled(int id) {
    return Insn.pack(COMPILED, 1, 0, 0, 0, id);
  }

  /** The instruction that a slot's op stands for; no jump, which never leaves the loop. */
  static int instructionOf(int slotOp) {
    return slotOp < FIRST_OF_ARITHMETIC ? slotOp : ARITHMETIC[slotOp - FIRST_OF_ARITHMETIC];
  }

  /** The form that the interpreter has for arithmetic under a rounding mode field. */
  static int ofArithmetic(int op, int rm) {
    for (int i = 0; i < ARITHMETIC.length; i++) {
      int form = FIRST_OF_ARITHMETIC + i;
      if (ARITHMETIC[i] == op) {
        return serves(form, rm) ? form : op;
      }
    }
    return op;
  }

  /** A mode that is illegal, here or in frm, is left to {@link FloatUnit}. */
  private static boolean serves(int form, int rm) {
    return switch (form) {
      case FCVT_W_D_TO_ZERO, FCVT_L_D_TO_ZERO -> rm == RoundingMode.RTZ;
      case FCVT_D_W_EXACT -> rm <= RoundingMode.RMM;
      default -> rm == RoundingMode.RNE || rm == FloatUnit.DYNAMIC;
    };
  }
}
