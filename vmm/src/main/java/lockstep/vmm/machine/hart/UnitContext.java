package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.bus.Bus;
import lockstep.vmm.machine.fp.FpStatus;
import lockstep.vmm.machine.fp.RoundingMode;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * What compiled guest code sees of its hart: registers and the translations that apply while it
 * runs. These facts stand still while a unit executes, and nothing compiled is dropped; the
 * exception is what {@link #accessCsr} does. Between two units of one {@link #enter} a step may
 * change the privilege ({@link #crossPrivileges}).
 */
public final class UnitContext {
  /** Guest calls that are under way as calls of the host. */
  private static final int DEPTH_MAX = 64;

  /**
   * With less left of a budget, units return because of it; it is more than the longest way through
   * one without a test of the budget.
   */
  private static final long OUTSIDE_STEPS_MIN = 1000;

  /** {@link #accessCsr} has done nothing: the hart has to execute the instruction. */
  public static final int CSR_REFUSED = -1;

  /** Done, and compiled code goes on. */
  public static final int CSR_DONE = 0;

  /** Done, and compiled code has to be left behind it. */
  public static final int CSR_DONE_LEAVE = 1;

  /** Integer registers. */
  public final long[] x;

  /** Raw bits of the floating-point registers. */
  public final long[] f;

  /** Accrued exceptions. */
  public final FpStatus fpStatus;

  /**
   * How to find an address's entry in {@link #tlb}: the address shifted and masked is the entry's
   * distance from the first one, in bytes, and so are these those of an entry's words from its
   * beginning; see {@link DataTlb}.
   */
  public static final int TLB_SHIFT = DataTlb.SHIFT_TO_BYTES;

  public static final long TLB_ENTRY_MASK = DataTlb.BYTES_MASK;
  public static final long TLB_LOAD_TAG = DataTlb.LOAD_TAG * Long.BYTES;
  public static final long TLB_LOAD_ADDEND = DataTlb.LOAD_ADDEND * Long.BYTES;
  public static final long TLB_STORE_TAG = DataTlb.STORE_TAG * Long.BYTES;
  public static final long TLB_STORE_ADDEND = DataTlb.STORE_ADDEND * Long.BYTES;

  /** The data TLB that applies, see {@link DataTlb#words}. */
  public long[] tlb = {};

  /** Tells which translations of fetches apply: whose they are, they are for no one else. */
  public long[] fetchTags;

  /** How many more guest calls may be under way as calls of the host. */
  public int callsLeft = DEPTH_MAX;

  /** Whether floating point is on and its state marked dirty. */
  public boolean floatOn;

  /** Whether besides frm says to nearest, and inexact is raised: the host's arithmetic will do. */
  public boolean floatHost;

  /** Where execution goes on, set by a unit when it returns. */
  public long pc;

  /** What the CSR instruction has read. */
  public long csrValue;

  private final HartState state;
  private final GuestTime time;
  private final Timers timers;
  private final TrapUnit traps;
  private final SystemUnit system;
  private final Mmu mmu;
  private final Outside outside;
  private final CompiledUnit[] units;
  private final CodeEpoch epoch;
  private final long hostOffset;
  private FetchTlb fetch;
  private long[][] fetchCode;
  private long nextTimer;
  private boolean unwinding;

  /** The part of the budget that the position already knows to be used up begins here. */
  private long counted;

  /** The hart around compiled code. */
  interface Outside {
    /**
     * Executes from the state's pc on what compiled code can't, and other compiled code, until
     * control returns to {@code returnPc}.
     *
     * @return what is left of the budget if it has; else, because the hart has to do something else
     *     first, its complement
     */
    long execute(long returnPc, long budget);
  }

  UnitContext(
      Outside outside,
      HartState state,
      GuestTime time,
      Timers timers,
      TrapUnit traps,
      SystemUnit system,
      Mmu mmu,
      CompiledUnit[] units,
      CodeEpoch epoch,
      long hostOffset) {
    this.outside = outside;
    this.epoch = epoch;
    this.state = state;
    this.time = time;
    this.timers = timers;
    this.traps = traps;
    this.system = system;
    this.mmu = mmu;
    this.units = units;
    this.hostOffset = hostOffset;
    fetch = mmu.fetch();
    fetchTags = fetch.tags;
    fetchCode = fetch.code;
    tlb = mmu.data().words;
    x = state.x;
    f = state.f;
    fpStatus = state.fpStatus;
  }

  /**
   * The context of a hart that nobody runs. With a budget of 0 a unit does nothing in it but
   * return: so the host can be made to compile the unit before a hart meets it.
   */
  public static UnitContext ofIdleHart() {
    PhysicalMemory memory = new PhysicalMemory(PhysicalMemory.PAGE_BYTES);
    return new Hart(0, memory, new Bus(), new GuestTime(1), UnitCompiler.NONE).unitContext();
  }

  /**
   * Executes compiled code from {@code start} on, as long as there is some and until it arrives at
   * {@code returnPc}, and counts its steps.
   *
   * @return what is left of the budget; {@link #pc} is where execution goes on
   */
  long enter(long start, long returnPc, long budget) {
    look();
    nextTimer = timers.nextPosition();
    counted = budget;
    long result = run(start, returnPc, budget, false);
    long left = result < 0 ? ~result : result;
    time.advance(counted - left);
    return left;
  }

  /** What now applies to loads, stores, jumps and floating point. */
  private void look() {
    tlb = mmu.data().words;
    fetch = mmu.fetch();
    fetchTags = fetch.tags;
    fetchCode = fetch.code;
    floatOn = state.fpDirty();
    floatHost = hostRoundsAlike();
  }

  private boolean hostRoundsAlike() {
    return state.fpDirty()
        && (state.fpStatus.flags & FpStatus.NX) != 0
        && state.roundingMode == RoundingMode.RNE;
  }

  /**
   * Executes compiled code from {@code target} until it returns to {@code returnPc}. Units use it
   * for guest calls.
   *
   * @return what is left of the budget if it has returned, and all is as the caller knows it; else
   *     the complement of that, and the caller returns the same at once: {@link #pc} is no longer
   *     in its hands
   */
  public long call(long target, long returnPc, long budget) {
    if (callsLeft == 0) {
      unwinding = true;
      pc = target;
      return ~budget;
    }
    callsLeft--;
    long[] tlbOfCaller = tlb;
    long[] fetchOfCaller = fetchTags;
    int epochOfCaller = epoch.value;
    boolean floatOnOfCaller = floatOn;
    boolean floatHostOfCaller = floatHost;
    long left = run(target, returnPc, budget, true);
    callsLeft++;
    return ofCaller(
        left, tlbOfCaller, fetchOfCaller, epochOfCaller, floatOnOfCaller, floatHostOfCaller);
  }

  /**
   * The rest of a {@link #call} that a unit has begun by itself, and whose callee has not simply
   * returned to {@code returnPc}.
   *
   * @param left what the callee has returned
   * @param tlbOfCaller what {@link #tlb}, {@link #fetchTags}, {@link #epoch}, {@link #floatOn} and
   *     {@link #floatHost} were before
   */
  public long endCall(
      long left,
      long returnPc,
      long[] tlbOfCaller,
      long[] fetchOfCaller,
      int epochOfCaller,
      boolean floatOnOfCaller,
      boolean floatHostOfCaller) {
    callsLeft--;
    long inside = left < 0 ? goOn(~left, returnPc, true) : left;
    long result = run(pc, returnPc, inside, true);
    callsLeft++;
    return ofCaller(
        result, tlbOfCaller, fetchOfCaller, epochOfCaller, floatOnOfCaller, floatHostOfCaller);
  }

  /** What a caller gets to see: nothing is left for it if not all is as it was. */
  private long ofCaller(
      long left,
      long[] tlbOfCaller,
      long[] fetchOfCaller,
      int epochOfCaller,
      boolean floatOnOfCaller,
      boolean floatHostOfCaller) {
    boolean asItWas =
        tlb == tlbOfCaller
            && fetchTags == fetchOfCaller
            && epoch.value == epochOfCaller
            && floatOn == floatOnOfCaller
            && floatHost == floatHostOfCaller;
    return left < 0 || asItWas ? left : ~left;
  }

  /** Changes when compiled code, or what it relies on, has changed. */
  public int epoch() {
    return epoch.value;
  }

  /**
   * Executes until control arrives at {@code returnPc}; the result is as that of {@link #call}.
   *
   * @param goesOutside whether the hart is called for what is not compiled, or returned to
   */
  private long run(long start, long returnPc, long budget, boolean goesOutside) {
    long left = budget;
    long at = start;
    while (left >= 0 && at != returnPc) {
      long slot = slotAt(at);
      if (Insn.op(slot) == SlotOp.COMPILED) {
        left = units[Insn.immediate(slot)].runGuest(this, at & -0x1000L, left);
      } else {
        pc = at;
        left = ~left;
      }
      if (left < 0) {
        left = goOn(~left, returnPc, goesOutside);
      }
      at = pc;
    }
    return left;
  }

  /** Does what compiled code does not, at {@link #pc}; the complement if the hart has to go on. */
  private long goOn(long left, long returnPc, boolean goesOutside) {
    long crossed = crossPrivileges(left);
    return crossed < 0 && goesOutside ? goOutside(returnPc, ~crossed) : crossed;
  }

  /** The slot of the code at an address; 0 if it is not known to the fetch TLB. */
  private long slotAt(long address) {
    int index = DataTlb.index(address);
    return fetchTags[index] == (address & -0x1000L)
        ? fetchCode[index][(int) address >>> 1 & 0x7ff]
        : 0;
  }

  /**
   * Takes the step at {@link #pc} if it is a system call or the return from a trap, for which no
   * unit need be given up: what comes next may be compiled, too.
   *
   * @return what is left of the budget then; the complement if the hart has to go on
   */
  private long crossPrivileges(long left) {
    if (unwinding || left == 0) {
      return ~left;
    }
    int op = Insn.op(slotAt(pc));
    if (op == Op.ECALL && state.privilege == Privilege.USER) {
      state.pc = pc;
      traps.exception(Cause.ECALL_FROM_USER, 0);
      mmu.select();
    } else if (op == Op.SRET && system.isAllowed(op)) {
      system.returnFromTrap(op);
    } else {
      return ~left;
    }
    pc = state.pc;
    look();
    return traps.isInterruptDue() ? ~(left - 1) : left - 1;
  }

  /** Lets the hart go on from {@link #pc}, so that the callers need not be given up. */
  private long goOutside(long returnPc, long budget) {
    if (unwinding || budget < OUTSIDE_STEPS_MIN) {
      unwinding = true;
      return ~budget;
    }
    time.advance(counted - budget);
    state.pc = pc;
    long result = outside.execute(returnPc, budget);
    counted = result < 0 ? ~result : result;
    unwinding |= result < 0;
    pc = state.pc;
    look();
    nextTimer = timers.nextPosition();
    return result;
  }

  /** Whether all that is under way is being given up, for the hart to have its turn. */
  boolean isUnwinding() {
    return unwinding;
  }

  /** The hart has its turn. */
  void unwound() {
    unwinding = false;
  }

  /**
   * Executes a CSR instruction in the midst of compiled code, but for its result, which is {@link
   * #csrValue}. Afterwards another {@link #tlb} may apply, and {@link #floatOn} and {@link
   * #floatHost} may have changed.
   *
   * @param operand what rs1 holds, or the immediate
   * @param left steps that may be executed, this one included
   * @return {@link #CSR_DONE} and so on
   */
  public int accessCsr(long insn, long operand, long left) {
    time.advance(counted - left);
    counted = left;
    if (!system.accessCsr(Insn.op(insn), insn, operand)) {
      return CSR_REFUSED;
    }
    time.advance(1);
    counted = left - 1;
    csrValue = system.value;
    tlb = mmu.data().words;
    floatOn = state.fpDirty();
    floatHost = hostRoundsAlike();
    return stillTrue() ? CSR_DONE : CSR_DONE_LEAVE;
  }

  /** CSRs that {@link #accessCsr} is made for: the supervisor's and the user's, but satp. */
  public static boolean takesCsr(int csr) {
    return Csr.privilegeOf(csr) < Privilege.MACHINE && csr != Csr.SATP;
  }

  /** Whether after a CSR instruction another {@link #tlb} may apply: sstatus has SUM. */
  public static boolean mayChangeTlb(long insn) {
    int op = Insn.op(insn);
    return Insn.immediate(insn) == Csr.SSTATUS
        && (op == Op.CSRRW
            || op == Op.CSRRWI
            || ((op == Op.CSRRS || op == Op.CSRRC) && Insn.rs1(insn) != 0));
  }

  /** Whether after a CSR instruction floating point may be on or off, or rounds otherwise. */
  public static boolean mayChangeFloat(long insn) {
    return switch (Insn.immediate(insn)) {
      case Csr.SSTATUS, Csr.FFLAGS, Csr.FRM, Csr.FCSR -> true;
      default -> false;
    };
  }

  /** Whether compiled code would have been entered under the same conditions now. */
  private boolean stillTrue() {
    return !traps.isInterruptDue() && nextTimer == timers.nextPosition() && fetch == mmu.fetch();
  }

  /** Whether SFENCE.VMA is legal, which then has nothing to do ({@link Mmu}). */
  public boolean mayFence() {
    return system.isAllowed(Op.SFENCE_VMA);
  }

  /** LR of the aligned address in RAM at {@code hostAddress}. */
  public void reserve(long hostAddress) {
    state.reservation = hostAddress - hostOffset;
  }

  /** SC's question, whether that address is reserved; afterwards nothing is. */
  public boolean takeReservation(long hostAddress) {
    boolean reserved = state.reservation == hostAddress - hostOffset;
    state.reservation = HartState.NO_RESERVATION;
    return reserved;
  }
}
