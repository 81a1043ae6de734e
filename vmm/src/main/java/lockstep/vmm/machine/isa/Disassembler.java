package lockstep.vmm.machine.isa;

/** Writes instructions as text, for logs and for finding divergences. */
public final class Disassembler {
  private static final String[] ROUNDING_MODES = {
    "rne", "rtz", "rdn", "rup", "rmm", "rm5", "rm6", "dyn"
  };

  private Disassembler() {}

  /**
   * The text of the instruction at {@code pc}; a compressed one as the instruction that it stands
   * for.
   *
   * @param word 32 bits, or 16 with anything above
   */
  public static String text(int word, long pc) {
    long insn = Decoder.decode(word);
    if (Insn.op(insn) == Op.ILLEGAL) {
      return String.format(Insn.slots(insn) == 2 ? ".word 0x%08x" : ".half 0x%04x", word);
    }
    Instruction row = InstructionTable.of(Insn.op(insn));
    StringBuilder text = new StringBuilder(row.mnemonic());
    char separator = ' ';
    for (char operand : row.format().operands().toCharArray()) {
      switch (operand) {
        case ',' -> separator = ',';
        case '(', ')' -> {
          if (operand == '(') {
            text.append(separator).append('(');
          } else {
            text.append(')');
          }
          separator = '\0';
        }
        default -> {
          if (separator != '\0') {
            text.append(separator);
          }
          text.append(operand(operand, insn, pc));
        }
      }
    }
    return text.toString();
  }

  private static String operand(char operand, long insn, long pc) {
    int rd = Insn.rd(insn) == Insn.DISCARD ? 0 : Insn.rd(insn);
    int immediate = Insn.immediate(insn);
    return switch (operand) {
      case 'd' -> "x" + rd;
      case '1' -> "x" + Insn.rs1(insn);
      case '2' -> "x" + Insn.rs2(insn);
      case 'D' -> "f" + rd;
      case 'F' -> "f" + Insn.rs1(insn);
      case 'S' -> "f" + Insn.rs2(insn);
      case 'T' -> "f" + Insn.rs3(insn);
      case 'i' -> Integer.toString(immediate);
      case 'u' -> "0x" + Integer.toHexString(immediate >>> 12);
      case 'o' -> immediate + "(x" + Insn.rs1(insn) + ")";
      case 'b', 'j' -> "0x" + Long.toHexString(pc + immediate);
      case 'c' -> "0x" + Integer.toHexString(immediate);
      case 'z' -> Integer.toString(Insn.rs1(insn));
      case 'r' -> ROUNDING_MODES[Insn.rm(insn)];
      default -> throw new AssertionError("operand " + operand);
    };
  }
}
