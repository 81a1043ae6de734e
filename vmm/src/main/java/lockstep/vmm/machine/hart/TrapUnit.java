package lockstep.vmm.machine.hart;

/** Taking traps and returning from them (privileged spec, 3.1 and 3.3.2). */
final class TrapUnit {
  /** Interrupts by falling priority (3.1.9). */
  private static final int[] PRIORITY = {
    Interrupts.MACHINE_EXTERNAL,
    Interrupts.MACHINE_SOFTWARE,
    Interrupts.MACHINE_TIMER,
    Interrupts.SUPERVISOR_EXTERNAL,
    Interrupts.SUPERVISOR_SOFTWARE,
    Interrupts.SUPERVISOR_TIMER
  };

  private final HartState state;

  TrapUnit(HartState state) {
    this.state = state;
  }

  /** Takes an exception at the current pc. */
  void exception(int cause, long tval) {
    boolean delegated = state.privilege != Privilege.MACHINE && (state.medeleg >>> cause & 1) != 0;
    take(cause, tval, delegated, 0);
  }

  /** Whether {@link #takeInterrupt} would take one. */
  boolean isInterruptDue() {
    long pending = state.pending() & state.mie;
    return pending != 0
        && (((pending & ~state.mideleg) != 0 && machineInterruptsEnabled())
            || ((pending & state.mideleg) != 0 && supervisorInterruptsEnabled()));
  }

  /** Takes the pending and enabled interrupt of highest priority, if there is one. */
  boolean takeInterrupt() {
    long pending = state.pending() & state.mie;
    if (pending == 0) {
      return false;
    }
    long machine = pending & ~state.mideleg;
    if (machine != 0 && machineInterruptsEnabled()) {
      return take(machine, false);
    }
    long supervisor = pending & state.mideleg;
    return supervisor != 0 && supervisorInterruptsEnabled() && take(supervisor, true);
  }

  private boolean machineInterruptsEnabled() {
    return state.privilege != Privilege.MACHINE || (state.mstatus & Status.MIE) != 0;
  }

  private boolean supervisorInterruptsEnabled() {
    return state.privilege == Privilege.USER
        || (state.privilege == Privilege.SUPERVISOR && (state.mstatus & Status.SIE) != 0);
  }

  private boolean take(long candidates, boolean delegated) {
    for (int cause : PRIORITY) {
      if ((candidates >>> cause & 1) != 0) {
        take(Cause.INTERRUPT | cause, 0, delegated, 4L * cause);
        return true;
      }
    }
    return false;
  }

  private void take(long cause, long tval, boolean delegated, long vectorOffset) {
    state.trapsTaken++;
    state.waiting = false;
    state.reservation = HartState.NO_RESERVATION;
    long status = state.mstatus;
    if (delegated) {
      state.sepc = state.pc;
      state.scause = cause;
      state.stval = tval;
      status &= ~(Status.SPP | Status.SPIE);
      status |= state.privilege == Privilege.USER ? 0 : Status.SPP;
      status |= (status & Status.SIE) != 0 ? Status.SPIE : 0;
      state.mstatus = status & ~Status.SIE;
      state.privilege = Privilege.SUPERVISOR;
      state.pc = vector(state.stvec, vectorOffset);
    } else {
      state.mepc = state.pc;
      state.mcause = cause;
      state.mtval = tval;
      status &= ~(Status.MPP | Status.MPIE);
      status |= (long) state.privilege << Status.MPP_SHIFT;
      status |= (status & Status.MIE) != 0 ? Status.MPIE : 0;
      state.mstatus = status & ~Status.MIE;
      state.privilege = Privilege.MACHINE;
      state.pc = vector(state.mtvec, vectorOffset);
    }
  }

  /** Vectored mode applies to interrupts only; for an exception the offset is 0. */
  private static long vector(long tvec, long vectorOffset) {
    return (tvec & ~3L) + ((tvec & 1) != 0 ? vectorOffset : 0);
  }

  void mret() {
    long status = state.mstatus;
    int previous = (int) ((status & Status.MPP) >>> Status.MPP_SHIFT);
    status = (status & Status.MPIE) != 0 ? status | Status.MIE : status & ~Status.MIE;
    status = (status | Status.MPIE) & ~Status.MPP;
    returnTo(previous, status, state.mepc);
  }

  void sret() {
    long status = state.mstatus;
    int previous = (status & Status.SPP) != 0 ? Privilege.SUPERVISOR : Privilege.USER;
    status = (status & Status.SPIE) != 0 ? status | Status.SIE : status & ~Status.SIE;
    status = (status | Status.SPIE) & ~Status.SPP;
    returnTo(previous, status, state.sepc);
  }

  private void returnTo(int privilege, long status, long pc) {
    state.mstatus = privilege == Privilege.MACHINE ? status : status & ~Status.MPRV;
    state.privilege = privilege;
    state.pc = pc;
  }
}
