package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;

/** Privileged instructions and Zicsr. */
final class SystemUnit {
  private final HartState state;
  private final CsrFile csrs;
  private final TrapUnit traps;
  private final Mmu mmu;

  /** What the last CSR instruction has read. */
  long value;

  SystemUnit(HartState state, CsrFile csrs, TrapUnit traps, Mmu mmu) {
    this.state = state;
    this.csrs = csrs;
    this.traps = traps;
    this.mmu = mmu;
  }

  /** Whether MRET, SRET, WFI or SFENCE.VMA may be executed here (3.1.6.5, 3.3). */
  boolean isAllowed(int op) {
    int privilege = state.privilege;
    if (privilege == Privilege.MACHINE) {
      return true;
    }
    long forbidding =
        switch (op) {
          case Op.SRET -> Status.TSR;
          case Op.WFI -> Status.TW;
          case Op.SFENCE_VMA -> Status.TVM;
          default -> -1;
        };
    return privilege == Privilege.SUPERVISOR && op != Op.MRET && (state.mstatus & forbidding) == 0;
  }

  /** Waits, unless an enabled interrupt is pending already. */
  void waitForInterrupt() {
    state.waiting = (state.pending() & state.mie) == 0;
  }

  /** Returns from a trap; sets pc. */
  void returnFromTrap(int op) {
    if (op == Op.MRET) {
      traps.mret();
    } else {
      traps.sret();
    }
    mmu.select();
  }

  /** Executes a CSR instruction; false if it is illegal. */
  boolean accessCsr(int op, long insn) {
    int rs1 = Insn.rs1(insn);
    boolean immediate = op == Op.CSRRWI || op == Op.CSRRSI || op == Op.CSRRCI;
    if (!accessCsr(op, insn, immediate ? rs1 : state.x[rs1])) {
      return false;
    }
    state.x[Insn.rd(insn)] = value;
    return true;
  }

  /** The same without the register file: {@code operand} is given, {@link #value} the result. */
  boolean accessCsr(int op, long insn, long operand) {
    int csr = Insn.immediate(insn);
    boolean swaps = op == Op.CSRRW || op == Op.CSRRWI;
    boolean writes = swaps || Insn.rs1(insn) != 0;
    if (!csrs.isAccessible(csr, writes)) {
      return false;
    }
    value = csrs.read(csr);
    if (writes) {
      long base = csrs.readForModify(csr);
      boolean sets = op == Op.CSRRS || op == Op.CSRRSI;
      csrs.write(csr, swaps ? operand : sets ? base | operand : base & ~operand);
    }
    return true;
  }
}
