package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.InstructionTable;

/** Writes instructions as words. */
final class Words {
  private Words() {}

  static int encoded(int op, int rd, int rs1, int rs2, int immediate) {
    return InstructionTable.of(op)
        .format()
        .encode(InstructionTable.of(op).match(), Insn.pack(op, 2, rd, rs1, rs2, immediate));
  }
}
