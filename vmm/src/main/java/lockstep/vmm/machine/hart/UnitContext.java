package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.fp.FpStatus;
import lockstep.vmm.machine.fp.RoundingMode;
import lockstep.vmm.machine.isa.Insn;

/**
 * What compiled guest code sees of its hart: registers and the translations that apply while it
 * runs. Nothing but compiled code runs between {@link #enter} and its return, so these facts stand
 * still meanwhile, and nothing compiled is dropped.
 */
public final class UnitContext {
  /** Guest calls that are under way as calls of the host. */
  private static final int DEPTH_MAX = 64;

  /** No instruction is at an odd address. */
  private static final long NEVER_RETURNS = 1;

  private static final CompiledUnit[] NO_UNITS = {};

  /** Integer registers. */
  public final long[] x;

  /** Raw bits of the floating-point registers. */
  public final long[] f;

  /** Accrued exceptions. */
  public final FpStatus fpStatus;

  /** The data TLB that applies, see {@link DataTlb}. */
  public long[] loadTags = {};

  public long[] loadAddends = {};
  public long[] storeTags = {};
  public long[] storeAddends = {};

  /** Whether floating point is on and its state marked dirty. */
  public boolean floatOn;

  /** Whether besides frm says to nearest, and inexact is raised: the host's arithmetic will do. */
  public boolean floatHost;

  /** Where execution goes on, set by a unit when it returns. */
  public long pc;

  private final HartState state;
  private final long hostOffset;
  private long[] fetchTags = {};
  private long[][] fetchCode = {};
  private CompiledUnit[] units = NO_UNITS;
  private int depth;

  UnitContext(HartState state, long hostOffset) {
    this.state = state;
    this.hostOffset = hostOffset;
    x = state.x;
    f = state.f;
    fpStatus = state.fpStatus;
  }

  /**
   * A context of no hart. With a budget of 0 a unit does nothing in it but return: so the host can
   * be made to compile the unit before a hart meets it.
   */
  public static UnitContext ofNoHart() {
    UnitContext context = new UnitContext(new HartState(), 0);
    DataTlb nothing = new DataTlb();
    context.loadTags = nothing.loadTags;
    context.loadAddends = nothing.loadAddends;
    context.storeTags = nothing.storeTags;
    context.storeAddends = nothing.storeAddends;
    return context;
  }

  /**
   * Executes compiled code from {@code start} on, as long as there is some.
   *
   * @return what is left of the budget; {@link #pc} is where execution goes on
   */
  long enter(long start, long budget, DataTlb data, FetchTlb fetch, CompiledUnit[] installed) {
    loadTags = data.loadTags;
    loadAddends = data.loadAddends;
    storeTags = data.storeTags;
    storeAddends = data.storeAddends;
    fetchTags = fetch.tags;
    fetchCode = fetch.code;
    units = installed;
    floatOn = state.fpDirty();
    floatHost =
        floatOn
            && (state.fpStatus.flags & FpStatus.NX) != 0
            && state.roundingMode == RoundingMode.RNE;
    depth = 0;
    return ~call(start, NEVER_RETURNS, budget);
  }

  /**
   * Executes compiled code from {@code target} until it returns to {@code returnPc}. Units use it
   * for guest calls.
   *
   * @return what is left of the budget if it has returned; else the complement of that, and the
   *     caller returns the same at once: {@link #pc} is no longer in its hands
   */
  public long call(long target, long returnPc, long budget) {
    if (depth == DEPTH_MAX) {
      pc = target;
      return ~budget;
    }
    depth++;
    long left = budget;
    long at = target;
    while (left >= 0 && at != returnPc) {
      int index = DataTlb.index(at);
      long page = at & -0x1000L;
      if (fetchTags[index] != page) {
        pc = at;
        left = ~left;
        break;
      }
      long slot = fetchCode[index][(int) at >>> 1 & 0x7ff];
      if (Insn.op(slot) != SlotOp.COMPILED) {
        pc = at;
        left = ~left;
        break;
      }
      left = units[Insn.immediate(slot)].runGuest(this, page, left);
      at = pc;
    }
    depth--;
    return left;
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
