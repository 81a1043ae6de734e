package lockstep.vmm.machine.hart;

import java.util.Arrays;
import lockstep.vmm.machine.fp.FpStatus;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.state.StateException;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;

/**
 * Everything a hart is, except what is only a cache. CSRs that are views of others, or follow from
 * the position, have no field here.
 */
final class HartState implements Stateful {
  static final int PMP_ENTRIES = 16;

  /** No reservation: not an address that LR could have been given. */
  static final long NO_RESERVATION = -1;

  /** x0 to x31; above them registers that nobody reads, see {@link Insn#DISCARD}. */
  final long[] x = new long[Insn.REGISTERS];

  /** Raw bits of f0 to f31; above them nothing. */
  final long[] f = new long[Insn.REGISTERS];

  long pc;
  int privilege = Privilege.MACHINE;

  /** In WFI, until an interrupt that is enabled in mie is pending. */
  boolean waiting;

  /** Physical address that LR reserved, or {@link #NO_RESERVATION}. */
  long reservation = NO_RESERVATION;

  /** Traps taken; a step each that retired no instruction. */
  long trapsTaken;

  /** What minstret and mcycle are ahead of what follows from the position, by writes to them. */
  long instretOffset;

  long cycleOffset;

  /** Accrued exceptions, fflags. */
  final FpStatus fpStatus = new FpStatus();

  int roundingMode;

  long mstatus = Status.UXL_64 | Status.SXL_64;
  long mtvec;
  long medeleg;
  long mideleg;
  long mie;

  /** Bits of mip that software wrote: SSIP, STIP (without Sstc) and SEIP. */
  long softwarePending;

  /** Bits of mip that devices and timers drive. */
  long drivenPending;

  long mepc;
  long mcause;
  long mtval;
  long mscratch;
  long mcounteren;
  long mcountinhibit;
  long menvcfg;
  long stvec;
  long sepc;
  long scause;
  long stval;
  long sscratch;
  long scounteren;
  long senvcfg;
  long satp;
  long stimecmp = -1;
  long mtimecmp = -1;
  final long[] pmpcfg = new long[PMP_ENTRIES / 8];
  final long[] pmpaddr = new long[PMP_ENTRIES];

  long pending() {
    return softwarePending | drivenPending;
  }

  /** Whether floating-point state may be changed without noting it in mstatus first. */
  boolean fpDirty() {
    return (mstatus & Status.FS) == Status.FS;
  }

  boolean fpEnabled() {
    return (mstatus & Status.FS) != 0;
  }

  void reset() {
    Arrays.fill(x, 0);
    Arrays.fill(f, 0);
    Arrays.fill(pmpcfg, 0);
    Arrays.fill(pmpaddr, 0);
    privilege = Privilege.MACHINE;
    waiting = false;
    reservation = NO_RESERVATION;
    fpStatus.flags = 0;
    roundingMode = 0;
    mstatus = Status.UXL_64 | Status.SXL_64;
    mtvec = medeleg = mideleg = mie = softwarePending = 0;
    mepc = mcause = mtval = mscratch = mcounteren = mcountinhibit = menvcfg = 0;
    stvec = sepc = scause = stval = sscratch = scounteren = senvcfg = satp = 0;
    stimecmp = mtimecmp = -1;
  }

  @Override
  public void visit(StateVisitor state) {
    // What x0 discards is no state.
    x[Insn.DISCARD] = 0;
    visitRegisters(state);
    visitMachineLevel(state);
    visitSupervisorLevel(state);
    boolean known =
        privilege == Privilege.USER
            || privilege == Privilege.SUPERVISOR
            || privilege == Privilege.MACHINE;
    if (!known || x[0] != 0) {
      throw new StateException("no state of a hart: privilege " + privilege + ", x0 " + x[0]);
    }
  }

  private void visitRegisters(StateVisitor state) {
    state.int64s("x", x);
    state.int64s("f", f);
    pc = state.int64("pc", pc);
    privilege = state.int32("privilege", privilege);
    waiting = state.flag("waiting", waiting);
    reservation = state.int64("reservation", reservation);
    trapsTaken = state.int64("trapsTaken", trapsTaken);
    instretOffset = state.int64("instretOffset", instretOffset);
    cycleOffset = state.int64("cycleOffset", cycleOffset);
    fpStatus.flags = state.int32("fflags", fpStatus.flags);
    roundingMode = state.int32("frm", roundingMode);
  }

  private void visitMachineLevel(StateVisitor state) {
    mstatus = state.int64("mstatus", mstatus);
    mtvec = state.int64("mtvec", mtvec);
    medeleg = state.int64("medeleg", medeleg);
    mideleg = state.int64("mideleg", mideleg);
    mie = state.int64("mie", mie);
    softwarePending = state.int64("softwarePending", softwarePending);
    drivenPending = state.int64("drivenPending", drivenPending);
    mepc = state.int64("mepc", mepc);
    mcause = state.int64("mcause", mcause);
    mtval = state.int64("mtval", mtval);
    mscratch = state.int64("mscratch", mscratch);
    mcounteren = state.int64("mcounteren", mcounteren);
    mcountinhibit = state.int64("mcountinhibit", mcountinhibit);
    menvcfg = state.int64("menvcfg", menvcfg);
    mtimecmp = state.int64("mtimecmp", mtimecmp);
    state.int64s("pmpcfg", pmpcfg);
    state.int64s("pmpaddr", pmpaddr);
  }

  private void visitSupervisorLevel(StateVisitor state) {
    stvec = state.int64("stvec", stvec);
    sepc = state.int64("sepc", sepc);
    scause = state.int64("scause", scause);
    stval = state.int64("stval", stval);
    sscratch = state.int64("sscratch", sscratch);
    scounteren = state.int64("scounteren", scounteren);
    senvcfg = state.int64("senvcfg", senvcfg);
    satp = state.int64("satp", satp);
    stimecmp = state.int64("stimecmp", stimecmp);
  }
}
