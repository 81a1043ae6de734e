package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.isa.Format;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.InstructionTable;
import lockstep.vmm.machine.isa.Op;

/**
 * Zba, Zbb and Zbs (bit manipulation specification). Not in the hot loop, which has no room: what a
 * distribution compiles for rv64gc does not use them.
 */
public final class BitManipulation {
  private static final long WORD = 0xffff_ffffL;

  private BitManipulation() {}

  static long execute(int op, long insn, long[] x) {
    boolean immediate = InstructionTable.of(op).format() == Format.SHIFT;
    long b = immediate ? Insn.immediate(insn) : x[Insn.rs2(insn)];
    return result(op, x[Insn.rs1(insn)], b);
  }

  /**
   * The result of an instruction for its operands; {@code b} is rs2 or the shift amount, and
   * ignored by those with one operand.
   */
  public static long result(int op, long a, long b) {
    int n = (int) b;
    return switch (op) {
      case Op.ADD_UW -> (a & WORD) + b;
      case Op.SH1ADD -> (a << 1) + b;
      case Op.SH2ADD -> (a << 2) + b;
      case Op.SH3ADD -> (a << 3) + b;
      case Op.SH1ADD_UW -> ((a & WORD) << 1) + b;
      case Op.SH2ADD_UW -> ((a & WORD) << 2) + b;
      case Op.SH3ADD_UW -> ((a & WORD) << 3) + b;
      case Op.SLLI_UW -> (a & WORD) << n;
      case Op.ANDN -> a & ~b;
      case Op.ORN -> a | ~b;
      case Op.XNOR -> ~(a ^ b);
      case Op.MAX -> Math.max(a, b);
      case Op.MAXU -> Alu.maxu(a, b);
      case Op.MIN -> Math.min(a, b);
      case Op.MINU -> Alu.minu(a, b);
      case Op.ROL -> Long.rotateLeft(a, n);
      case Op.ROR, Op.RORI -> Long.rotateRight(a, n);
      case Op.ROLW -> Integer.rotateLeft((int) a, n);
      case Op.RORW, Op.RORIW -> Integer.rotateRight((int) a, n);
      case Op.CLZ -> Long.numberOfLeadingZeros(a);
      case Op.CLZW -> Integer.numberOfLeadingZeros((int) a);
      case Op.CTZ -> Long.numberOfTrailingZeros(a);
      case Op.CTZW -> Integer.numberOfTrailingZeros((int) a);
      case Op.CPOP -> Long.bitCount(a);
      case Op.CPOPW -> Integer.bitCount((int) a);
      case Op.SEXT_B -> (byte) a;
      case Op.SEXT_H -> (short) a;
      case Op.ZEXT_H -> a & 0xffff;
      case Op.ORC_B -> Alu.orcb(a);
      case Op.REV8 -> Long.reverseBytes(a);
      case Op.BCLR, Op.BCLRI -> a & ~(1L << n);
      case Op.BEXT, Op.BEXTI -> a >>> n & 1;
      case Op.BINV, Op.BINVI -> a ^ 1L << n;
      case Op.BSET, Op.BSETI -> a | 1L << n;
      default -> throw new AssertionError("no bit manipulation: " + op);
    };
  }
}
