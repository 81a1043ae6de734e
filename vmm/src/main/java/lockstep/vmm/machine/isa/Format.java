package lockstep.vmm.machine.isa;

/**
 * Which operands an instruction has and where they are in the word (unprivileged spec, 2.2 and
 * 2.3). In the names of floating-point formats F is a floating-point register and X an integer
 * register, destination first; RM is a rounding mode.
 */
public enum Format {
  U("d,u", true),
  J("d,j", true),
  B("1,2,b", false),
  I("d,1,i", true),
  I_JUMP("d,o", true),
  I_LOAD("d,o", true),
  S("2,o", false),
  SHIFT("d,1,i", true),
  R("d,1,2", true),
  R1("d,1", true),
  NONE("", false),
  CSR("d,c,1", true),
  CSR_IMM("d,c,z", true),
  SFENCE("1,2", false),
  LR("d,(1)", true),
  AMO("d,2,(1)", true),
  F_LOAD("D,o", false),
  F_STORE("S,o", false),
  FFFF_RM("D,F,S,T,r", false),
  FFF_RM("D,F,S,r", false),
  FFF("D,F,S", false),
  FF_RM("D,F,r", false),
  XFF("d,F,S", true),
  XF("d,F", true),
  XF_RM("d,F,r", true),
  FX("D,1", false),
  FX_RM("D,1,r", false);

  private final String operands;

  private final boolean writesX;

  Format(String operands, boolean writesX) {
    this.operands = operands;
    this.writesX = writesX;
  }

  /**
   * How the operands are written: d rd, 1 rs1, 2 rs2, (1) the address in rs1, D F S T the
   * floating-point registers rd rs1 rs2 rs3, i immediate, u upper immediate, o offset and base, b j
   * branch and jump distance, c CSR, z immediate in rs1, r rounding mode.
   */
  public String operands() {
    return operands;
  }

  /** Whether rd is an integer register. */
  public boolean writesX() {
    return writesX;
  }

  /** Whether the word has a rounding mode. */
  public boolean hasRoundingMode() {
    return operands.endsWith("r");
  }

  /** Decodes the operands of a 32-bit instruction. */
  long decode(int op, int word) {
    int rd = word >>> 7 & 31;
    return Insn.pack(
        op,
        2,
        writesX && rd == 0 ? Insn.DISCARD : rd,
        word >>> 15 & 31,
        word >>> 20 & 31,
        immediate(word));
  }

  private int immediate(int word) {
    return switch (this) {
      case U -> word & 0xffff_f000;
      case J ->
          word >> 31 << 20
              | (word >>> 12 & 0xff) << 12
              | (word >>> 20 & 1) << 11
              | (word >>> 21 & 0x3ff) << 1;
      case B ->
          word >> 31 << 12
              | (word >>> 7 & 1) << 11
              | (word >>> 25 & 0x3f) << 5
              | (word >>> 8 & 0xf) << 1;
      case I, I_JUMP, I_LOAD, F_LOAD -> word >> 20;
      case S, F_STORE -> word >> 25 << 5 | word >>> 7 & 31;
      case SHIFT -> word >>> 20 & 63;
      case CSR, CSR_IMM -> word >>> 20;
      case FFFF_RM -> (word >>> 27) << 8 | word >>> 12 & 7;
      case FFF_RM, FF_RM, XF_RM, FX_RM -> word >>> 12 & 7;
      case R, R1, NONE, SFENCE, LR, AMO, FFF, XFF, XF, FX -> 0;
    };
  }

  /**
   * Encodes operands into a 32-bit instruction.
   *
   * @param match the bits of the instruction itself
   * @param insn operands as {@link #decode} gives them
   */
  public int encode(int match, long insn) {
    int rd = Insn.rd(insn) == Insn.DISCARD ? 0 : Insn.rd(insn);
    int word = match;
    if (operands.contains("d") || operands.contains("D")) {
      word |= rd << 7;
    }
    if (operands.contains("1")
        || operands.contains("F")
        || operands.contains("o")
        || operands.contains("z")) {
      word |= Insn.rs1(insn) << 15;
    }
    if (operands.contains("2") || operands.contains("S")) {
      word |= Insn.rs2(insn) << 20;
    }
    return word | encodeImmediate(Insn.immediate(insn));
  }

  private int encodeImmediate(int immediate) {
    return switch (this) {
      case U -> immediate & 0xffff_f000;
      case J ->
          (immediate >>> 20 & 1) << 31
              | (immediate >>> 1 & 0x3ff) << 21
              | (immediate >>> 11 & 1) << 20
              | (immediate >>> 12 & 0xff) << 12;
      case B ->
          (immediate >>> 12 & 1) << 31
              | (immediate >>> 5 & 0x3f) << 25
              | (immediate >>> 1 & 0xf) << 8
              | (immediate >>> 11 & 1) << 7;
      case I, I_JUMP, I_LOAD, F_LOAD, CSR, CSR_IMM -> immediate << 20;
      case S, F_STORE -> (immediate >>> 5 & 0x7f) << 25 | (immediate & 31) << 7;
      case SHIFT -> (immediate & 63) << 20;
      case FFFF_RM -> (immediate >>> 8 & 31) << 27 | (immediate & 7) << 12;
      case FFF_RM, FF_RM, XF_RM, FX_RM -> (immediate & 7) << 12;
      case R, R1, NONE, SFENCE, LR, AMO, FFF, XFF, XF, FX -> 0;
    };
  }
}
