package lockstep.vmm.machine.isa;

/**
 * A decoded instruction, packed into a {@code long} so that nothing is allocated for one.
 *
 * <pre>
 *   63          32 31..30 29..24 23..22 21..16 15..14 13..8  7..0
 *   immediate      0      rs2    0      rs1    slots  rd     op
 * </pre>
 *
 * <p>{@code slots} is the length in units of 2 bytes. An integer destination x0 is {@link
 * #DISCARD}, a register that nobody reads. The immediate is sign-extended; for shifts it is the
 * amount, for CSR instructions the CSR's number (rs1 holds the 5-bit immediate of the immediate
 * forms), for floating point {@code rm | rs3 << 8}.
 */
public final class Insn {
  /** Destination of what is written to x0. */
  public static final int DISCARD = 32;

  /** Registers that an interpreter has to provide, so that an index of 6 bits is in range. */
  public static final int REGISTERS = 64;

  private Insn() {}

  public static long pack(int op, int slots, int rd, int rs1, int rs2, int immediate) {
    return (long) immediate << 32 | (long) rs2 << 24 | rs1 << 16 | slots << 14 | rd << 8 | op;
  }

  public static int op(long insn) {
    return (int) insn & 0xff;
  }

  public static int rd(long insn) {
    return (int) (insn >> 8) & 0x3f;
  }

  public static int slots(long insn) {
    return (int) (insn >> 14) & 3;
  }

  public static int rs1(long insn) {
    return (int) (insn >> 16) & 0x3f;
  }

  public static int rs2(long insn) {
    return (int) (insn >> 24) & 0x3f;
  }

  public static int immediate(long insn) {
    return (int) (insn >> 32);
  }

  /** Rounding mode field of a floating-point instruction. */
  public static int rm(long insn) {
    return immediate(insn) & 7;
  }

  /** Third source of a fused multiply-add. */
  public static int rs3(long insn) {
    return immediate(insn) >> 8;
  }

  /** The same operands under another op. */
  public static long withOp(long insn, int op) {
    return insn & ~0xffL | op;
  }

  public static long withImmediate(long insn, int immediate) {
    return insn & 0xffff_ffffL | (long) immediate << 32;
  }
}
