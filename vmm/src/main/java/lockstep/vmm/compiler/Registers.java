package lockstep.vmm.compiler;

import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.InstructionTable;
import lockstep.vmm.machine.isa.Op;

/** Which registers an instruction reads and writes, as sets of bits. */
final class Registers {
  private Registers() {}

  private static String operands(long insn) {
    int op = Insn.op(insn);
    return op == 0 || op == Op.ILLEGAL ? "" : InstructionTable.of(op).format().operands();
  }

  private static int bit(int register) {
    return register == Insn.DISCARD ? 0 : 1 << register;
  }

  static int readX(long insn) {
    int set = 0;
    for (char operand : operands(insn).toCharArray()) {
      set |=
          switch (operand) {
            case '1', 'o' -> bit(Insn.rs1(insn));
            case '2' -> bit(Insn.rs2(insn));
            default -> 0;
          };
    }
    return set & ~1;
  }

  static int writtenX(long insn) {
    return operands(insn).indexOf('d') >= 0 ? bit(Insn.rd(insn)) & ~1 : 0;
  }

  static int readF(long insn) {
    int set = 0;
    for (char operand : operands(insn).toCharArray()) {
      set |=
          switch (operand) {
            case 'F' -> bit(Insn.rs1(insn));
            case 'S' -> bit(Insn.rs2(insn));
            case 'T' -> bit(Insn.rs3(insn));
            default -> 0;
          };
    }
    return set;
  }

  static int writtenF(long insn) {
    return operands(insn).indexOf('D') >= 0 ? bit(Insn.rd(insn)) : 0;
  }
}
