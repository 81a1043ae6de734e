package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.bus.Bus;
import lockstep.vmm.machine.bus.InterruptLine;
import lockstep.vmm.machine.isa.Decoder;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.PhysicalMemory;
import lockstep.vmm.machine.state.StateVisitor;
import lockstep.vmm.machine.state.Stateful;
import org.jspecify.annotations.Nullable;

/**
 * A RISC-V hart: RV64GC with M, S and U modes and Sv39.
 *
 * <p>{@link #run} is the driver around the hot loop of {@link Interpreter}: it takes interrupts and
 * bounds the loop by the limit and the next timer; when the loop gives up at an instruction, it
 * makes the way free (a TLB entry, a decoded slot) and lets the loop try again, or executes that
 * one instruction here. The position is exact whenever anything but the loop runs.
 */
public final class Hart implements Stateful {
  /** Everything but ecall from S and M, which firmware keeps. */
  private static final long DELEGATED_EXCEPTIONS = 0xb1ff;

  private static final long DELEGATED_INTERRUPTS = 0x222;
  private static final long ALL_COUNTERS = 7;

  private final int id;
  private final PhysicalMemory memory;
  private final GuestTime time;
  private final HartState state = new HartState();
  private final CodePages codePages;
  private final Mmu mmu;
  private final Timers timers;
  private final TrapUnit traps;
  private final MemoryUnit memoryUnit;
  private final AtomicUnit atomics;
  private final FloatUnit floats;
  private final SystemUnit system;
  private final Interpreter interpreter;
  private final CompiledCode compiled;
  private final UnitContext unitContext;
  private final Sampler sampler;
  private final long[] crossing = new long[3];
  private @Nullable SbiFirmware firmware;
  private int crossingWord;
  private boolean pauseAsked;

  public Hart(int id, PhysicalMemory memory, Bus bus, GuestTime time, UnitCompiler compiler) {
    this.id = id;
    this.memory = memory;
    this.time = time;
    codePages = new CodePages(memory, compiler);
    compiled = codePages.compiled();
    mmu = new Mmu(state, memory, codePages);
    timers = new Timers(state, time);
    traps = new TrapUnit(state);
    memoryUnit = new MemoryUnit(memory, bus, mmu);
    atomics = new AtomicUnit(state, memory, mmu, memoryUnit);
    floats = new FloatUnit(state);
    system = new SystemUnit(state, new CsrFile(id, state, time, timers, mmu), traps, mmu);
    interpreter = new Interpreter(state, new OutOfLine(state, atomics));
    unitContext =
        new UnitContext(
            this::executeOutside,
            state,
            time,
            timers,
            traps,
            system,
            mmu,
            compiled.units(),
            codePages.epoch(),
            memory.hostOffset());
    sampler = new Sampler(compiler.mode());
  }

  UnitContext unitContext() {
    return unitContext;
  }

  public int id() {
    return id;
  }

  /** Integer register {@code x0} to {@code x31}. */
  public long x(int register) {
    return state.x[register];
  }

  public void setX(int register, long value) {
    if (register != 0) {
      state.x[register] = value;
    }
  }

  /** Raw bits of floating-point register {@code f0} to {@code f31}. */
  public long f(int register) {
    return state.f[register];
  }

  public long pc() {
    return state.pc;
  }

  /** Serves ecalls from S-mode from now on; part of how a machine is built, not of its state. */
  public void installFirmware(SbiFirmware sbi) {
    firmware = sbi;
  }

  /** Power-on in M-mode at {@code pc}. */
  public void startInMachineMode(long pc) {
    state.reset();
    state.pc = pc;
    timers.refresh();
    mmu.clearAll();
    mmu.select();
  }

  /**
   * Power-on as firmware hands over to a supervisor: S-mode, satp 0, everything a supervisor
   * handles itself delegated to it, Sstc and counters enabled, no memory protected from it.
   */
  public void startInSupervisorMode(long pc, long a0, long a1) {
    startInMachineMode(pc);
    state.privilege = Privilege.SUPERVISOR;
    state.medeleg = DELEGATED_EXCEPTIONS;
    state.mideleg = DELEGATED_INTERRUPTS;
    state.mcounteren = ALL_COUNTERS;
    // As OpenSBI leaves it: Linux relies on it for rdtime in user mode.
    state.scounteren = ALL_COUNTERS;
    state.menvcfg = Timers.STCE;
    Pmp.openAll(state);
    setX(10, a0);
    setX(11, a1);
    timers.refresh();
    mmu.select();
  }

  /**
   * Sets or clears a pending interrupt, a cause of {@link Interrupts}, from outside of the hart.
   */
  public void setInterruptPending(int cause, boolean pending) {
    long bit = 1L << cause;
    state.drivenPending = pending ? state.drivenPending | bit : state.drivenPending & ~bit;
  }

  /** Whether an interrupt is pending, whoever made it so. */
  public boolean isInterruptPending(int cause) {
    return (state.pending() >>> cause & 1) != 0;
  }

  public InterruptLine line(int cause) {
    return asserted -> setInterruptPending(cause, asserted);
  }

  /**
   * Arms the supervisor's timer for {@code ticks} of the time CSR (SBI TIME.set_timer); clears a
   * pending timer interrupt if that is in the future.
   */
  public void setTimer(long ticks) {
    state.stimecmp = ticks;
    timers.refresh();
  }

  /** Raises or clears the supervisor software interrupt (SBI IPI). */
  public void setSoftwareInterrupt(boolean pending) {
    long bit = 1L << Interrupts.SUPERVISOR_SOFTWARE;
    state.softwarePending = pending ? state.softwarePending | bit : state.softwarePending & ~bit;
  }

  /** Waits as a WFI does (SBI HSM.hart_suspend). */
  public void waitForInterrupt() {
    system.waitForInterrupt();
  }

  /** The CLINT's compare register. */
  long mtimecmp() {
    return state.mtimecmp;
  }

  void setMtimecmp(long ticks) {
    state.mtimecmp = ticks;
    timers.refresh();
  }

  /** Whether the hart waits for an interrupt and none is pending. */
  public boolean isIdle() {
    return state.waiting && (state.pending() & state.mie) == 0;
  }

  /** Lets {@link #run} return behind the step that is being executed. */
  public void pauseAfterStep() {
    pauseAsked = true;
  }

  /** Guest time at which the next armed timer fires, or {@link GuestTime#NEVER}. */
  public long nextTimerNanos() {
    return timers.nextNanos();
  }

  /** Forgets everything that is only a cache, which nobody can notice; for tests. */
  void dropCaches() {
    mmu.contentsReplaced();
  }

  /** Guest time has been moved. */
  public void timeMoved() {
    timers.refresh();
  }

  /** Executes until the position limit, an idle wait, or a pause asked for. */
  public void run(long positionLimit) {
    pauseAsked = false;
    while (time.position() < positionLimit && !pauseAsked && !isIdle()) {
      state.waiting = false;
      if (traps.takeInterrupt()) {
        mmu.select();
        time.advance(1);
        sampler.arrived(CompiledCode.ARRIVAL);
      } else {
        execute(Math.min(positionLimit, timers.nextPosition()) - time.position());
      }
      if (time.position() >= timers.nextPosition()) {
        timers.refresh();
      }
    }
  }

  /** Executes at most {@code steps}; less if something happened that {@link #run} has to see. */
  private void execute(long steps) {
    interpreter.left = steps;
    compiled.installFinished();
    executeUntil(Interpreter.NO_ADDRESS);
  }

  /** The same until pc is {@code returnPc}; returns whether it is, and nothing else is to do. */
  private boolean executeUntil(long returnPc) {
    boolean located = false;
    while (interpreter.left > 0) {
      if (!located && !locate()) {
        trap(mmu.walker().cause, state.pc);
        sampler.arrived(CompiledCode.ARRIVAL);
      } else {
        located = executeLocated();
      }
      if (mustStop()) {
        return false;
      }
      if (returnPc != Interpreter.NO_ADDRESS) {
        if (unitContext.isUnwinding()) {
          return false;
        }
        if (state.pc == returnPc) {
          return true;
        }
      }
    }
    return false;
  }

  /** {@link UnitContext.Outside}. */
  private long executeOutside(long returnPc, long budget) {
    long returnPcBefore = interpreter.returnPc;
    interpreter.returnPc = returnPc;
    interpreter.left = budget;
    sampler.arrived(CompiledCode.ARRIVAL);
    boolean returned = !mustStop() && executeUntil(returnPc);
    interpreter.returnPc = returnPcBefore;
    return returned ? interpreter.left : ~interpreter.left;
  }

  /** Executes from where the interpreter points to; returns whether it still points to pc. */
  private boolean executeLocated() {
    if (sampler.isAtArrival()) {
      int weight = sampler.take();
      if (!isAtEntry()) {
        compiled.met(mmu.fetch().pages[DataTlb.index(state.pc)], interpreter.slot, weight);
        compiled.installFinished();
      }
    }
    if (isAtEntry()) {
      enterUnit();
      return false;
    }
    int exit = interpret();
    if (exit == Interpreter.FETCH_MISS) {
      return false;
    }
    if (exit == Interpreter.DONE || isAtEntry() || makeWay()) {
      return true;
    }
    executeHere();
    sampler.arrived(CompiledCode.ARRIVAL);
    return false;
  }

  private boolean isAtEntry() {
    return Insn.op(interpreter.code[interpreter.slot]) == SlotOp.COMPILED;
  }

  /**
   * Runs the loop, but not beyond the sampler's next sample. Without a compiler, too: the JVM
   * compiles the loop for its next call.
   */
  private int interpret() {
    long withheld = Math.max(0, interpreter.left - sampler.stepsToNext());
    long pc = state.pc;
    long insn = interpreter.code[interpreter.slot];
    long before = interpreter.left;
    interpreter.left = before - withheld;
    int exit = runLoop();
    interpreter.left += withheld;
    sampler.interpreted(before - interpreter.left, pc, insn, state.pc);
    return exit;
  }

  /** Executes compiled code from pc on; if it can't even begin, the instruction at pc. */
  private void enterUnit() {
    long budget = Math.min(interpreter.left, compiled.sliceOf(interpreter.code[interpreter.slot]));
    long reserve = interpreter.left - budget;
    long returnPc = interpreter.returnPc;
    if (returnPc == Interpreter.NO_ADDRESS) {
      unitContext.unwound();
    }
    long original = compiled.originalOf(interpreter.code[interpreter.slot]);
    long left = unitContext.enter(state.pc, returnPc, budget);
    if (left == budget && makeWayFor(original) && isAtEntry()) {
      left = unitContext.enter(state.pc, returnPc, budget);
    }
    interpreter.left = reserve + left;
    state.pc = unitContext.pc;
    if (left == budget && isAtEntry()) {
      executeEntry();
    }
    sampler.arrived(CompiledCode.ARRIVAL);
  }

  /** Executes the one instruction at an entry as if no unit were there. */
  private void executeEntry() {
    long[] code = interpreter.code;
    int slot = interpreter.slot;
    int page = mmu.fetch().pages[DataTlb.index(state.pc)];
    long entry = code[slot];
    long original = compiled.originalOf(entry);
    crossingWord = 0;
    code[slot] = original;
    executeAlone(original);
    if (code[slot] == original && compiled.isInstalled(entry, page, slot)) {
      code[slot] = entry;
    }
  }

  /** Executes the one instruction that the interpreter points to. */
  private void executeAlone(long insn) {
    long[] code = interpreter.code;
    long page = interpreter.page;
    int slot = interpreter.slot;
    long rest = interpreter.left - 1;
    interpreter.left = 1;
    while (interpreter.left == 1) {
      interpreter.code = code;
      interpreter.page = page;
      interpreter.slot = slot;
      runLoop();
      if (interpreter.left == 1 && !makeWay()) {
        executeSlowly(insn);
      }
    }
    interpreter.left = rest;
  }

  private int runLoop() {
    long before = interpreter.left;
    int exit = interpreter.run(mmu.data(), mmu.fetch());
    time.advance(before - interpreter.left);
    state.pc = exit == Interpreter.FETCH_MISS ? interpreter.missed : interpreter.pc();
    return exit;
  }

  private boolean mustStop() {
    return pauseAsked
        || state.waiting
        || (state.pending() & state.mie) != 0
        || timers.nextPosition() - time.position() < interpreter.left;
  }

  /** Points the interpreter at the code of pc; false if the fetch faults. */
  private boolean locate() {
    long pc = state.pc;
    int index = DataTlb.index(pc);
    FetchTlb fetch = mmu.fetch();
    if (fetch.tags[index] != (pc & -0x1000L) && !mmu.fillFetch(pc)) {
      return false;
    }
    interpreter.code = fetch.code[index];
    interpreter.page = pc & -0x1000L;
    interpreter.slot = (int) (pc & 0xfff) >>> 1;
    return true;
  }

  /** Removes the reason for which the loop stopped, if the loop can then go on by itself. */
  private boolean makeWay() {
    long insn = interpreter.code[interpreter.slot];
    return Insn.op(insn) == SlotOp.UNDECODED ? decode() : makeWayFor(insn);
  }

  /** Fills the TLB for a load or store; false if that is not what is missing, or it faults. */
  private boolean makeWayFor(long insn) {
    int op = Insn.op(insn);
    if (AtomicUnit.isAtomic(op)) {
      long address = state.x[Insn.rs1(insn)];
      return AtomicUnit.isAligned(op, address)
          && (AtomicUnit.reserves(op) ? mmu.fillLoad(address) : mmu.fillStore(address));
    }
    if (!MemoryOps.isLoadOrStore(op) || (MemoryOps.isFloat(op) && !state.fpDirty())) {
      return false;
    }
    long address = state.x[Insn.rs1(insn)] + Insn.immediate(insn);
    if ((address & ((1 << MemoryOps.log2Size(op)) - 1)) != 0) {
      return false;
    }
    return MemoryOps.isStore(op) ? mmu.fillStore(address) : mmu.fillLoad(address);
  }

  private boolean decode() {
    int page = mmu.fetch().pages[DataTlb.index(state.pc)];
    if (!codePages.isMarked(page)) {
      codePages.mark(page);
      mmu.takeDirectStores(page);
    }
    codePages.decode(page, interpreter.slot);
    return true;
  }

  /** Executes the one instruction that the loop has stopped at. */
  private void executeHere() {
    long insn = interpreter.code[interpreter.slot];
    if (Insn.op(insn) == SlotOp.CROSSING) {
      executeCrossing();
    } else {
      crossingWord = 0;
      executeSlowly(insn);
    }
  }

  /**
   * Executes an instruction that lies in two pages: alone, as the only slot of a page of its own
   * that begins at pc.
   */
  private void executeCrossing() {
    long pc = state.pc;
    long next = (pc & -0x1000L) + PhysicalMemory.PAGE_BYTES;
    int low = (int) memory.load(codeAddress(pc), 1);
    FetchTlb fetch = mmu.fetch();
    if (fetch.tags[DataTlb.index(next)] != next && !mmu.fillFetch(next)) {
      trap(mmu.walker().cause, next);
      return;
    }
    crossingWord = (int) memory.load(codeAddress(next), 1) << 16 | low;
    crossing[0] = CodePages.specialisedByRounding(Decoder.decode(crossingWord));
    interpreter.code = crossing;
    interpreter.page = pc;
    interpreter.slot = 0;
    executeAlone(crossing[0]);
  }

  /** Physical address of code whose page is in the fetch TLB. */
  private long codeAddress(long address) {
    int page = mmu.fetch().pages[DataTlb.index(address)];
    return PhysicalMemory.addressOf(page) + (address & 0xfff);
  }

  private void trap(int cause, long tval) {
    traps.exception(cause, tval);
    mmu.select();
    step();
  }

  private void step() {
    time.advance(1);
    interpreter.left--;
  }

  private void retire(long insn) {
    state.pc += 2L * Insn.slots(insn);
    step();
  }

  private void illegal() {
    long pc = state.pc;
    int word = crossingWord;
    if (word == 0) {
      long address = codeAddress(pc);
      word = (int) memory.load(address, 1);
      if (Decoder.isLong(word)) {
        word = (int) memory.load(address, 2);
      }
    }
    trap(Cause.ILLEGAL_INSTRUCTION, word & 0xffff_ffffL);
  }

  private void retireOrIllegal(boolean legal, long insn) {
    if (legal) {
      retire(insn);
    } else {
      illegal();
    }
  }

  private void retireOrFault(boolean done, long insn) {
    if (done) {
      retire(insn);
    } else {
      trap(memoryUnit.cause, memoryUnit.tval);
    }
  }

  /** One instruction that the loop does not execute, or not now. */
  private void executeSlowly(long insn) {
    int op = SlotOp.instructionOf(Insn.op(insn));
    switch (op) {
      case Op.ILLEGAL -> illegal();
      case Op.ECALL -> ecall(insn);
      case Op.EBREAK -> trap(Cause.BREAKPOINT, state.pc);
      case Op.MRET, Op.SRET, Op.WFI, Op.SFENCE_VMA -> privileged(op, insn);
      case Op.CSRRW, Op.CSRRS, Op.CSRRC, Op.CSRRWI, Op.CSRRSI, Op.CSRRCI ->
          retireOrIllegal(system.accessCsr(op, insn), insn);
      default -> {
        if (MemoryOps.isLoadOrStore(op)) {
          loadOrStore(op, insn);
        } else if (AtomicUnit.isAtomic(op)) {
          retireOrFault(atomics.execute(op, insn), insn);
        } else if (op >= Op.ADD_UW) {
          state.x[Insn.rd(insn)] = BitManipulation.execute(op, insn, state.x);
          retire(insn);
        } else {
          retireOrIllegal(floats.execute(op, insn), insn);
        }
      }
    }
  }

  private void loadOrStore(int op, long insn) {
    if (MemoryOps.isFloat(op) && !state.fpEnabled()) {
      illegal();
      return;
    }
    long address = state.x[Insn.rs1(insn)] + Insn.immediate(insn);
    int log2Size = MemoryOps.log2Size(op);
    boolean done;
    if (MemoryOps.isStore(op)) {
      long value = (MemoryOps.isFloat(op) ? state.f : state.x)[Insn.rs2(insn)];
      done = memoryUnit.store(address, log2Size, value);
    } else {
      done = memoryUnit.load(address, log2Size);
      if (done) {
        long value = MemoryOps.extended(op, memoryUnit.value);
        if (MemoryOps.isFloat(op)) {
          state.f[Insn.rd(insn)] = value;
          state.mstatus |= Status.FS;
        } else {
          state.x[Insn.rd(insn)] = value;
        }
      }
    }
    retireOrFault(done, insn);
  }

  private void ecall(long insn) {
    switch (state.privilege) {
      case Privilege.USER -> trap(Cause.ECALL_FROM_USER, 0);
      case Privilege.SUPERVISOR -> {
        SbiFirmware sbi = firmware;
        if (sbi == null) {
          trap(Cause.ECALL_FROM_SUPERVISOR, 0);
        } else {
          sbi.call(this);
          retire(insn);
        }
      }
      default -> trap(Cause.ECALL_FROM_MACHINE, 0);
    }
  }

  private void privileged(int op, long insn) {
    if (!system.isAllowed(op)) {
      illegal();
    } else if (op == Op.MRET || op == Op.SRET) {
      system.returnFromTrap(op);
      step();
    } else {
      if (op == Op.WFI) {
        system.waitForInterrupt();
      }
      retire(insn);
    }
  }

  @Override
  public void visit(StateVisitor visitor) {
    state.visit(visitor);
    if (visitor.restoring()) {
      timers.refresh();
      mmu.clearAll();
      mmu.select();
    }
  }
}
