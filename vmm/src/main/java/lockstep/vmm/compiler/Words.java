package lockstep.vmm.compiler;

import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;

/**
 * Which registers hold a sign-extended word, as sets of bits. What combines two of them is then
 * written as an int's operation: C2 leaves out the extensions in between, and finds the rotations
 * that are spelled as two shifts and an OR. A compiler for RV64 without Zbb does all of C's {@code
 * int} and {@code uint32_t} so.
 */
final class Words {
  /** What is known where nothing is: x0. */
  static final int NONE = 1;

  /** What a block begins with before any way to it has been looked at. */
  static final int ALL = -1;

  private Words() {}

  static boolean has(int words, int register) {
    return (words >>> register & 1) != 0;
  }

  /** Those behind an instruction. */
  static int after(long insn, int before) {
    int written = Registers.writtenX(insn);
    return isWord(insn, before) ? before | written : before & ~written;
  }

  /** Whether an instruction's result is one. */
  private static boolean isWord(long insn, int words) {
    int op = Insn.op(insn);
    int immediate = Insn.immediate(insn);
    boolean first = has(words, Insn.rs1(insn));
    return switch (op) {
      case Op.LUI, Op.LB, Op.LH, Op.LW, Op.LBU, Op.LHU -> true;
      case Op.SLTI, Op.SLTIU, Op.SLT, Op.SLTU -> true;
      case Op.ADDIW, Op.SLLIW, Op.SRLIW, Op.SRAIW -> true;
      case Op.ADDW, Op.SUBW, Op.SLLW, Op.SRLW, Op.SRAW -> true;
      case Op.MULW, Op.DIVW, Op.DIVUW, Op.REMW, Op.REMUW -> true;
      case Op.ROLW, Op.RORW, Op.RORIW -> true;
      case Op.SEXT_B, Op.SEXT_H, Op.ZEXT_H, Op.BEXT, Op.BEXTI -> true;
      case Op.CLZ, Op.CLZW, Op.CTZ, Op.CTZW, Op.CPOP, Op.CPOPW -> true;
      case Op.ADDI -> Insn.rs1(insn) == 0 || (immediate == 0 && first);
      case Op.ANDI -> first || immediate >= 0;
      case Op.ORI, Op.XORI -> first;
      case Op.SRLI -> immediate > Integer.SIZE;
      case Op.SRAI -> immediate >= Integer.SIZE;
      case Op.ADD ->
          (Insn.rs1(insn) == 0 && has(words, Insn.rs2(insn))) || (Insn.rs2(insn) == 0 && first);
      case Op.AND, Op.OR, Op.XOR, Op.ANDN, Op.ORN, Op.XNOR -> first && has(words, Insn.rs2(insn));
      default -> false;
    };
  }
}
