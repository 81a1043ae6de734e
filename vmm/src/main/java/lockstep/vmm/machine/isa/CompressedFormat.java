package lockstep.vmm.machine.isa;

/**
 * Operand layouts of 16-bit instructions (unprivileged spec, 26.8). A primed register is one of x8
 * to x15. A layout decodes into the operands of the 32-bit instruction that it stands for.
 */
public enum CompressedFormat {
  CI,
  CI_NONZERO_RD,
  CI_LUI,
  CI_LI,
  CI_ADDI16SP,
  CI_SLLI,
  CI_LWSP,
  CI_LDSP,
  CI_FLDSP,
  CSS_WORD,
  CSS_DOUBLE,
  CIW,
  CL_WORD,
  CL_DOUBLE,
  CS_WORD,
  CS_DOUBLE,
  CB_SHIFT,
  CB_ANDI,
  CB_BRANCH,
  CA,
  CJ,
  CR_JR,
  CR_JALR,
  CR_MV,
  CR_ADD,
  CR_EBREAK;

  /** What {@link #decode} gives for a reserved encoding. */
  static final long RESERVED = 0;

  long decode(int op, int w) {
    int rd = w >>> 7 & 31;
    int rs2 = w >>> 2 & 31;
    int rdPrime = 8 + (w >>> 2 & 7);
    int rs1Prime = 8 + (w >>> 7 & 7);
    int immediate6 = (w << 19 >> 31) << 5 | rs2;
    return switch (this) {
      case CI -> x(op, rd, rd, 0, immediate6);
      case CI_NONZERO_RD -> rd == 0 ? RESERVED : x(op, rd, rd, 0, immediate6);
      case CI_LUI -> immediate6 == 0 ? RESERVED : x(op, rd, 0, 0, immediate6 << 12);
      case CI_LI -> x(op, rd, 0, 0, immediate6);
      case CI_ADDI16SP -> immediate6 == 0 ? RESERVED : x(op, 2, 2, 0, stackAdjustment(w));
      case CI_SLLI -> x(op, rd, rd, 0, immediate6 & 63);
      case CI_LWSP -> rd == 0 ? RESERVED : x(op, rd, 2, 0, wordFromStack(w));
      case CI_LDSP -> rd == 0 ? RESERVED : x(op, rd, 2, 0, doubleFromStack(w));
      case CI_FLDSP -> Insn.pack(op, 1, rd, 2, 0, doubleFromStack(w));
      case CSS_WORD -> Insn.pack(op, 1, 0, 2, rs2, (w >>> 9 & 15) << 2 | (w >>> 7 & 3) << 6);
      case CSS_DOUBLE -> Insn.pack(op, 1, 0, 2, rs2, (w >>> 10 & 7) << 3 | (w >>> 7 & 7) << 6);
      case CIW -> (w & 0x1fe0) == 0 ? RESERVED : x(op, rdPrime, 2, 0, stackOffset(w));
      case CL_WORD -> x(op, rdPrime, rs1Prime, 0, wordOffset(w));
      case CL_DOUBLE -> Insn.pack(op, 1, rdPrime, rs1Prime, 0, doubleOffset(w));
      case CS_WORD -> Insn.pack(op, 1, 0, rs1Prime, rdPrime, wordOffset(w));
      case CS_DOUBLE -> Insn.pack(op, 1, 0, rs1Prime, rdPrime, doubleOffset(w));
      case CB_SHIFT -> x(op, rs1Prime, rs1Prime, 0, immediate6 & 63);
      case CB_ANDI -> x(op, rs1Prime, rs1Prime, 0, immediate6);
      case CB_BRANCH -> Insn.pack(op, 1, 0, rs1Prime, 0, branchDistance(w));
      case CA -> x(op, rs1Prime, rs1Prime, rdPrime, 0);
      case CJ -> x(op, 0, 0, 0, jumpDistance(w));
      case CR_JR -> rd == 0 ? RESERVED : x(op, 0, rd, 0, 0);
      case CR_JALR -> x(op, 1, rd, 0, 0);
      case CR_MV -> x(op, rd, 0, rs2, 0);
      case CR_ADD -> x(op, rd, rd, rs2, 0);
      case CR_EBREAK -> Insn.pack(op, 1, 0, 0, 0, 0);
    };
  }

  private static long x(int op, int rd, int rs1, int rs2, int immediate) {
    return Insn.pack(op, 1, rd == 0 ? Insn.DISCARD : rd, rs1, rs2, immediate);
  }

  private static int stackAdjustment(int w) {
    return (w << 19 >> 31) << 9
        | (w >>> 6 & 1) << 4
        | (w >>> 5 & 1) << 6
        | (w >>> 3 & 3) << 7
        | (w >>> 2 & 1) << 5;
  }

  private static int stackOffset(int w) {
    return (w >>> 11 & 3) << 4 | (w >>> 7 & 15) << 6 | (w >>> 6 & 1) << 2 | (w >>> 5 & 1) << 3;
  }

  private static int wordFromStack(int w) {
    return (w >>> 12 & 1) << 5 | (w >>> 4 & 7) << 2 | (w >>> 2 & 3) << 6;
  }

  private static int doubleFromStack(int w) {
    return (w >>> 12 & 1) << 5 | (w >>> 5 & 3) << 3 | (w >>> 2 & 7) << 6;
  }

  private static int wordOffset(int w) {
    return (w >>> 10 & 7) << 3 | (w >>> 6 & 1) << 2 | (w >>> 5 & 1) << 6;
  }

  private static int doubleOffset(int w) {
    return (w >>> 10 & 7) << 3 | (w >>> 5 & 3) << 6;
  }

  private static int branchDistance(int w) {
    return (w << 19 >> 31) << 8
        | (w >>> 10 & 3) << 3
        | (w >>> 5 & 3) << 6
        | (w >>> 3 & 3) << 1
        | (w >>> 2 & 1) << 5;
  }

  private static int jumpDistance(int w) {
    return (w << 19 >> 31) << 11
        | (w >>> 11 & 1) << 4
        | (w >>> 9 & 3) << 8
        | (w >>> 8 & 1) << 10
        | (w >>> 7 & 1) << 6
        | (w >>> 6 & 1) << 7
        | (w >>> 3 & 7) << 1
        | (w >>> 2 & 1) << 5;
  }
}
