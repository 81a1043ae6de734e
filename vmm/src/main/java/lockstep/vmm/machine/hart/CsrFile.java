package lockstep.vmm.machine.hart;

/** Reads and writes CSRs: who may, what they show, which bits they keep (privileged spec, 2). */
final class CsrFile {
  private static final long MISA =
      2L << 62 | bit('I') | bit('M') | bit('A') | bit('F') | bit('D') | bit('C') | bit('S')
          | bit('U');

  private static final long SUPERVISOR_INTERRUPTS = 0x222;
  private static final long ALL_INTERRUPTS = 0xaaa;

  /** All standard exceptions but ecall from M, which can't be delegated. */
  private static final long DELEGABLE = 0xb3ff;

  private static final long COUNTERS = 7;
  private static final long FIOM = 1;
  private static final long SSIP = 1L << Interrupts.SUPERVISOR_SOFTWARE;
  private static final long STIP = 1L << Interrupts.SUPERVISOR_TIMER;
  private static final long SEIP = 1L << Interrupts.SUPERVISOR_EXTERNAL;
  private static final long SATP_FIELDS = 15L << 60 | (1L << 44) - 1;
  private static final long TIMER_COUNTER = 1 << 1;
  private static final int TSELECT = 0x7a0;
  private static final int TDATA3 = 0x7a3;

  private final HartState state;
  private final GuestTime time;
  private final Timers timers;
  private final Mmu mmu;
  private final Pmp pmp;
  private final int hartId;

  CsrFile(int hartId, HartState state, GuestTime time, Timers timers, Mmu mmu) {
    this.hartId = hartId;
    this.state = state;
    this.time = time;
    this.timers = timers;
    this.mmu = mmu;
    pmp = mmu.pmp();
  }

  private static long bit(char extension) {
    return 1L << (extension - 'A');
  }

  /** Whether the CSR exists and may be read, or written too, by the current privilege. */
  boolean isAccessible(int csr, boolean write) {
    if (state.privilege < Csr.privilegeOf(csr) || (write && Csr.isReadOnly(csr))) {
      return false;
    }
    return switch (csr) {
      case Csr.FFLAGS, Csr.FRM, Csr.FCSR -> state.fpEnabled();
      case Csr.SATP -> state.privilege == Privilege.MACHINE || (state.mstatus & Status.TVM) == 0;
      case Csr.STIMECMP ->
          state.privilege == Privilege.MACHINE
              || (timers.sstcEnabled() && (state.mcounteren & TIMER_COUNTER) != 0);
      default ->
          csr >= Csr.CYCLE && csr <= Csr.HPMCOUNTER31
              ? isCounterEnabled(csr - Csr.CYCLE)
              : exists(csr);
    };
  }

  private boolean isCounterEnabled(int counter) {
    long enabled = -1L;
    if (state.privilege < Privilege.MACHINE) {
      enabled &= state.mcounteren;
    }
    if (state.privilege < Privilege.SUPERVISOR) {
      enabled &= state.scounteren;
    }
    return (enabled >>> counter & 1) != 0;
  }

  private static boolean exists(int csr) {
    return switch (csr) {
      case Csr.SSTATUS,
          Csr.SIE,
          Csr.STVEC,
          Csr.SCOUNTEREN,
          Csr.SENVCFG,
          Csr.SSCRATCH,
          Csr.SEPC,
          Csr.SCAUSE,
          Csr.STVAL,
          Csr.SIP,
          Csr.MVENDORID,
          Csr.MARCHID,
          Csr.MIMPID,
          Csr.MHARTID,
          Csr.MCONFIGPTR,
          Csr.MSTATUS,
          Csr.MISA,
          Csr.MEDELEG,
          Csr.MIDELEG,
          Csr.MIE,
          Csr.MTVEC,
          Csr.MCOUNTEREN,
          Csr.MENVCFG,
          Csr.MCOUNTINHIBIT,
          Csr.MSCRATCH,
          Csr.MEPC,
          Csr.MCAUSE,
          Csr.MTVAL,
          Csr.MIP,
          Csr.MCYCLE,
          Csr.MINSTRET ->
          true;
      default ->
          Pmp.isRegister(csr)
              || (csr >= TSELECT && csr <= TDATA3)
              || (csr >= Csr.MHPMEVENT3 && csr <= Csr.MHPMEVENT31)
              || (csr >= Csr.MHPMCOUNTER3 && csr <= Csr.MHPMCOUNTER31);
    };
  }

  /** Value of a CSR that {@link #isAccessible}. Counters that nothing counts into read 0. */
  long read(int csr) {
    return switch (csr) {
      case Csr.FFLAGS -> state.fpStatus.flags;
      case Csr.FRM -> state.roundingMode;
      case Csr.FCSR -> state.roundingMode << 5 | state.fpStatus.flags;
      case Csr.CYCLE, Csr.MCYCLE -> time.position() + state.cycleOffset;
      case Csr.TIME -> time.ticks();
      case Csr.INSTRET, Csr.MINSTRET -> retired() + state.instretOffset;
      case Csr.SSTATUS -> status() & Status.SUPERVISOR_VISIBLE;
      case Csr.SIE -> state.mie & state.mideleg;
      case Csr.STVEC -> state.stvec;
      case Csr.SCOUNTEREN -> state.scounteren;
      case Csr.SENVCFG -> state.senvcfg;
      case Csr.SSCRATCH -> state.sscratch;
      case Csr.SEPC -> state.sepc;
      case Csr.SCAUSE -> state.scause;
      case Csr.STVAL -> state.stval;
      case Csr.SIP -> state.pending() & state.mideleg;
      case Csr.STIMECMP -> state.stimecmp;
      case Csr.SATP -> state.satp;
      case Csr.MHARTID -> hartId;
      case Csr.MSTATUS -> status();
      case Csr.MISA -> MISA;
      case Csr.MEDELEG -> state.medeleg;
      case Csr.MIDELEG -> state.mideleg;
      case Csr.MIE -> state.mie;
      case Csr.MTVEC -> state.mtvec;
      case Csr.MCOUNTEREN -> state.mcounteren;
      case Csr.MENVCFG -> state.menvcfg;
      case Csr.MSCRATCH -> state.mscratch;
      case Csr.MEPC -> state.mepc;
      case Csr.MCAUSE -> state.mcause;
      case Csr.MTVAL -> state.mtval;
      case Csr.MIP -> state.pending();
      default -> Pmp.isRegister(csr) ? pmp.read(csr) : 0;
    };
  }

  /**
   * What a read-modify-write starts from: as {@link #read}, but of SEIP only the bit that software
   * wrote counts (3.1.9).
   */
  long readForModify(int csr) {
    return csr == Csr.MIP ? (state.pending() & ~SEIP) | (state.softwarePending & SEIP) : read(csr);
  }

  private long retired() {
    return time.position() - state.trapsTaken;
  }

  private long status() {
    boolean dirty = (state.mstatus & Status.FS) == Status.FS;
    return dirty ? state.mstatus | Status.SD : state.mstatus;
  }

  /** Writes a CSR that {@link #isAccessible}; bits that it does not have stay as they are. */
  void write(int csr, long value) {
    switch (csr) {
      case Csr.FFLAGS -> writeFp(state.roundingMode, value);
      case Csr.FRM -> writeFp((int) value & 7, state.fpStatus.flags);
      case Csr.FCSR -> writeFp((int) value >> 5 & 7, value);
      // The write takes the place of the count of its own instruction.
      case Csr.MCYCLE -> state.cycleOffset = value - (time.position() + 1);
      case Csr.MINSTRET -> state.instretOffset = value - (retired() + 1);
      case Csr.SSTATUS -> writeStatus(value, Status.SUPERVISOR_WRITABLE);
      case Csr.SIE -> state.mie = merged(state.mie, value, state.mideleg);
      case Csr.STVEC -> state.stvec = value & ~2L;
      case Csr.SCOUNTEREN -> state.scounteren = value & COUNTERS;
      case Csr.SENVCFG -> state.senvcfg = value & FIOM;
      case Csr.SSCRATCH -> state.sscratch = value;
      case Csr.SEPC -> state.sepc = value & ~1L;
      case Csr.SCAUSE -> state.scause = value;
      case Csr.STVAL -> state.stval = value;
      case Csr.SIP ->
          state.softwarePending = merged(state.softwarePending, value, SSIP & state.mideleg);
      case Csr.STIMECMP -> {
        state.stimecmp = value;
        timers.refresh();
      }
      case Csr.SATP -> writeSatp(value);
      default -> writeMachineLevel(csr, value);
    }
  }

  private void writeMachineLevel(int csr, long value) {
    switch (csr) {
      case Csr.MSTATUS -> writeStatus(value, Status.WRITABLE);
      case Csr.MEDELEG -> state.medeleg = value & DELEGABLE;
      case Csr.MIDELEG -> state.mideleg = value & SUPERVISOR_INTERRUPTS;
      case Csr.MIE -> state.mie = value & ALL_INTERRUPTS;
      case Csr.MTVEC -> state.mtvec = value & ~2L;
      case Csr.MCOUNTEREN -> state.mcounteren = value & COUNTERS;
      case Csr.MENVCFG -> {
        state.menvcfg = value & (Timers.STCE | FIOM);
        timers.refresh();
      }
      case Csr.MSCRATCH -> state.mscratch = value;
      case Csr.MEPC -> state.mepc = value & ~1L;
      case Csr.MCAUSE -> state.mcause = value;
      case Csr.MTVAL -> state.mtval = value;
      case Csr.MIP -> {
        long writable = SSIP | SEIP | (timers.sstcEnabled() ? 0 : STIP);
        state.softwarePending = merged(state.softwarePending, value, writable);
      }
      default -> {
        if (Pmp.isRegister(csr)) {
          pmp.write(csr, value);
          mmu.clearAll();
        }
      }
    }
  }

  private static long merged(long old, long value, long mask) {
    return (old & ~mask) | (value & mask);
  }

  private void writeFp(int roundingMode, long flags) {
    state.roundingMode = roundingMode;
    state.fpStatus.flags = (int) flags & 31;
    state.mstatus |= Status.FS;
  }

  private void writeStatus(long value, long mask) {
    long old = state.mstatus;
    long next = merged(old, value, mask);
    if ((next & Status.MPP) == 2L << Status.MPP_SHIFT) {
      next = merged(next, old, Status.MPP);
    }
    state.mstatus = next;
    if (((next ^ old) & Status.MXR) != 0) {
      mmu.clearAll();
    }
    mmu.select();
  }

  private void writeSatp(long value) {
    if (PageWalker.isSupported(value)) {
      state.satp = value >>> 60 == 0 ? 0 : value & SATP_FIELDS;
      mmu.select();
    }
  }
}
