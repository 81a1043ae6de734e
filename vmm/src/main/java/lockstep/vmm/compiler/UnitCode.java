package lockstep.vmm.compiler;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lockstep.vmm.machine.fp.FpStatus;
import lockstep.vmm.machine.hart.CompiledUnit;
import lockstep.vmm.machine.hart.UnitContext;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.jspecify.annotations.Nullable;

/**
 * The method of a unit while it is written: where guest registers and the rest live in the host's
 * locals, and how a unit is left.
 *
 * <p>Whatever can't go on inside leaves by a <em>side exit</em>: before the instruction has changed
 * anything, with all registers written back, pc at that instruction and only the steps before it
 * counted. The stubs that say so for each place are gathered and written at the method's end.
 */
final class UnitCode {
  static final ClassDesc UNIT = desc(CompiledUnit.class);
  static final ClassDesc CONTEXT = desc(UnitContext.class);
  static final ClassDesc FP_STATUS = desc(FpStatus.class);
  static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();
  static final ClassDesc NAME = ClassDesc.of(UnitCode.class.getPackageName(), "GuestCode");
  static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          ConstantDescs.CD_long, CONTEXT, ConstantDescs.CD_long, ConstantDescs.CD_long);
  private static final MethodTypeDesc CALL =
      MethodTypeDesc.of(
          ConstantDescs.CD_long,
          ConstantDescs.CD_long,
          ConstantDescs.CD_long,
          ConstantDescs.CD_long);
  private static final MethodTypeDesc END_CALL =
      MethodTypeDesc.of(
          ConstantDescs.CD_long,
          ConstantDescs.CD_long,
          ConstantDescs.CD_long,
          LONGS,
          LONGS,
          ConstantDescs.CD_int,
          ConstantDescs.CD_boolean,
          ConstantDescs.CD_boolean);
  private static final ClassDesc DOUBLE = desc(Double.class);
  private static final MethodTypeDesc RAW_OF_DOUBLE =
      MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_double);
  private static final MethodTypeDesc DOUBLE_OF_RAW =
      MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_long);
  private static final MethodTypeDesc GET_DOUBLE = getter(ConstantDescs.CD_double);
  private static final MethodTypeDesc PUT_DOUBLE = putter(ConstantDescs.CD_double);

  // Parameters of CompiledUnit.runGuest, and locals that hold no register.
  private static final int THIS = 0;
  private static final int CONTEXT_LOCAL = 1;
  private static final int PAGE = 2;
  private static final int BUDGET = 4;
  private static final int TLB = 6;
  private static final int X = 7;
  private static final int F = 8;
  private static final int EXIT_SLOT = 9;
  private static final int EXIT_STEPS = 10;
  private static final int FLOAT_ON = 11;
  private static final int FLOAT_HOST = 12;
  private static final int ADDRESS = 13;

  /** Where the word that leads to the host is in the TLB, as {@link HostAccess} takes it. */
  private static final int ADDEND = 15;

  static final int SCRATCH = 17;
  static final int SCRATCH_2 = 19;
  private static final int FETCH = 21;
  private static final int EPOCH = 22;
  private static final int FIRST_X = 23;

  /** Accesses of each size; loads sign-extend. */
  private enum Width {
    BYTE("Byte", ConstantDescs.CD_byte),
    HALF("Short", ConstantDescs.CD_short),
    WORD("Int", ConstantDescs.CD_int),
    DOUBLE("Long", ConstantDescs.CD_long);

    private static final List<Width> BY_LOG2_SIZE = List.of(values());

    final String name;
    final MethodTypeDesc get;
    final MethodTypeDesc put;

    Width(String name, ClassDesc type) {
      this.name = name;
      get = getter(type);
      put = putter(type);
    }

    static Width of(int log2Size) {
      return BY_LOG2_SIZE.get(log2Size);
    }
  }

  final CodeBuilder code;
  private final Counting counting;
  private final int entrySlot;
  private final int usedX;
  private final int usedF;
  private final boolean mayChangeFloat;
  private final int[] localOfX = new int[Insn.REGISTERS];
  private final int[] localOfF = new int[Insn.REGISTERS];
  private final int firstFree;
  private final SideExits sideExits = new SideExits();

  /** The accesses whose pages have been found where the block began. */
  private final Map<Integer, Shared> sharedBySlot = new HashMap<>();

  /** That of the current instruction, if it is one. */
  private @Nullable Shared shared;

  /**
   * An access whose page has been found.
   *
   * @param local what its base is to the host
   * @param offset from there
   */
  private record Shared(int local, int offset) {}

  /** The instruction being written: its slot, and the block's steps before it. */
  private int slot;

  private int steps;
  private Block block;

  /** Registers that may differ from the register file's. */
  private int dirtyX;

  private int dirtyF;

  /** Registers that hold a sign-extended word. */
  private int wordX;

  UnitCode(CodeBuilder code, Region region, Counting counting) {
    this.code = code;
    this.counting = counting;
    entrySlot = region.blocks().getFirst().firstSlot;
    usedX = region.usedX();
    usedF = region.usedF();
    mayChangeFloat = region.mayChangeFloat();
    block = region.blocks().getFirst();
    int next = FIRST_X;
    for (int register = 1; register < 32; register++) {
      if ((usedX >>> register & 1) != 0) {
        localOfX[register] = next;
        next += 2;
      }
    }
    for (int register = 0; register < 32; register++) {
      if ((usedF >>> register & 1) != 0) {
        localOfF[register] = next;
        next += 2;
      }
    }
    firstFree = next;
  }

  static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  /** From an object and a distance in it; from an address, if the object is null. */
  private static MethodTypeDesc getter(ClassDesc type) {
    return MethodTypeDesc.of(type, ConstantDescs.CD_Object, ConstantDescs.CD_long);
  }

  private static MethodTypeDesc putter(ClassDesc type) {
    return MethodTypeDesc.of(
        ConstantDescs.CD_void, ConstantDescs.CD_Object, ConstantDescs.CD_long, type);
  }

  /** What a unit does first: facts and registers into locals. */
  void enter() {
    findTlb();
    array(X, "x");
    if (usedF != 0) {
      array(F, "f");
    }
    lookAtFloat();
    reload(block);
    if (counting == Counting.NONE) {
      at(entrySlot, 0);
      code.lload(BUDGET).lconst_1().lsub().dup2().lstore(BUDGET);
      code.lconst_0().lcmp().iflt(sideExit());
    }
  }

  /** What is known of floating point, if the unit has any. */
  void lookAtFloat() {
    if (usedF != 0) {
      pushFact("floatOn");
      code.istore(FLOAT_ON);
      pushFact("floatHost");
      code.istore(FLOAT_HOST);
      block.needsFloatOn = false;
      block.needsFloatHost = false;
    }
  }

  private void pushFact(String name) {
    code.aload(CONTEXT_LOCAL).getfield(CONTEXT, name, ConstantDescs.CD_boolean);
  }

  private void field(int local, String name) {
    code.aload(CONTEXT_LOCAL).getfield(CONTEXT, name, LONGS).astore(local);
  }

  /**
   * The same for an array that is accessed by {@link HostAccess}. Asked for its length, it can't be
   * null from here on: else each access could be one by address, of any memory there is, and C2
   * would put a barrier before and behind it.
   */
  private void array(int local, String name) {
    code.aload(CONTEXT_LOCAL).getfield(CONTEXT, name, LONGS);
    code.dup().arraylength().pop().astore(local);
  }

  /** The TLB that applies. */
  void findTlb() {
    array(TLB, "tlb");
  }

  /** Reads the registers that a block, and what comes behind it, needs. */
  private void reload(Block needs) {
    for (int register = 1; register < 32; register++) {
      if ((needs.liveX >>> register & 1) != 0) {
        pushRegister(X, register);
        code.invokevirtual(HostAccess.TYPE, "getLong", Width.DOUBLE.get);
        code.lstore(localOfX[register]);
      }
    }
    for (int register = 0; register < 32; register++) {
      if ((needs.liveF >>> register & 1) != 0) {
        pushRegister(F, register);
        code.invokevirtual(HostAccess.TYPE, "getLong", Width.DOUBLE.get);
        popRawF(register);
      }
    }
  }

  /** Where a register is in its file, as {@link HostAccess} takes it: no index to be checked. */
  private void pushRegister(int file, int register) {
    HostAccess.push(code);
    code.aload(file).loadConstant(HostAccess.LONGS_AT + (long) Long.BYTES * register);
  }

  void spill(int dirtyX, int dirtyF) {
    for (int register = 1; register < 32; register++) {
      if ((dirtyX >>> register & 1) != 0) {
        pushRegister(X, register);
        code.lload(localOfX[register]);
        code.invokevirtual(HostAccess.TYPE, "putLong", Width.DOUBLE.put);
      }
    }
    for (int register = 0; register < 32; register++) {
      if ((dirtyF >>> register & 1) != 0) {
        pushRegister(F, register);
        pushRawF(register);
        code.invokevirtual(HostAccess.TYPE, "putLong", Width.DOUBLE.put);
      }
    }
  }

  /**
   * The next instructions are a block's. What has been found about floating point on every way to
   * it holds, unless one of the unit's own instructions may change it.
   */
  void beginBlock(Block block) {
    this.block = block;
    dirtyX = block.dirtyX;
    dirtyF = block.dirtyF;
    wordX = block.wordX;
    Block before = block.dominator;
    if (before != null && before != block && !mayChangeFloat) {
      block.needsFloatOn = before.needsFloatOn;
      block.needsFloatHost = before.needsFloatHost;
    }
  }

  /** An instruction of the block has been written. */
  void wrote(long insn) {
    dirtyX |= Registers.writtenX(insn);
    dirtyF |= Registers.writtenF(insn);
    wordX = Words.after(insn, wordX);
  }

  /** The next instruction is at {@code slot}, and {@code steps} of its block come before it. */
  void at(int slot, int steps) {
    this.slot = slot;
    this.steps = steps;
  }

  // Registers and constants.

  void pushX(int register) {
    if (register == 0) {
      code.lconst_0();
    } else {
      code.lload(localOfX[register]);
    }
  }

  /** Whether a register holds a sign-extended word. */
  boolean isWord(int register) {
    return Words.has(wordX, register);
  }

  /** Pushes the lower word of a register, as an int. */
  void pushWord(int register) {
    if (register == 0) {
      code.iconst_0();
    } else {
      code.lload(localOfX[register]).l2i();
    }
  }

  void popX(int register) {
    if (register == Insn.DISCARD) {
      code.pop2();
    } else {
      code.lstore(localOfX[register]);
    }
  }

  /** Pops an int, sign-extended. */
  void popIntX(int register) {
    code.i2l();
    popX(register);
  }

  /** Pushes a floating-point register as a double. */
  void pushF(int register) {
    code.dload(localOfF[register]);
  }

  void popF(int register) {
    code.dstore(localOfF[register]);
  }

  /** Pushes its raw bits, as a long. */
  void pushRawF(int register) {
    code.dload(localOfF[register]).invokestatic(DOUBLE, "doubleToRawLongBits", RAW_OF_DOUBLE);
  }

  void popRawF(int register) {
    code.invokestatic(DOUBLE, "longBitsToDouble", DOUBLE_OF_RAW).dstore(localOfF[register]);
  }

  void pushContext() {
    code.aload(CONTEXT_LOCAL);
  }

  void pushFpStatus() {
    code.aload(CONTEXT_LOCAL).getfield(CONTEXT, "fpStatus", FP_STATUS);
  }

  /** Pushes the virtual address of a slot, which may lie outside of the page. */
  void pushPc(int ofSlot) {
    pushPcPlus(ofSlot, 0);
  }

  void pushPcPlus(int ofSlot, int distance) {
    code.lload(PAGE).loadConstant(2L * ofSlot + distance).ladd();
  }

  /** Pushes how many steps may be executed from the current instruction on. */
  void pushStepsLeft() {
    code.lload(BUDGET);
    if (steps != 0) {
      code.loadConstant((long) steps).lsub();
    }
  }

  // Side exits.

  /** Where to branch to if the current instruction must be left to the hart. */
  Label sideExit() {
    return sideExits.at(code, slot, steps, dirtyX, dirtyF);
  }

  /** The same if it has been executed, and what follows must be left to the hart. */
  Label sideExitBehind(long insn) {
    return sideExits.at(
        code,
        slot + Insn.slots(insn),
        steps + 1,
        dirtyX | Registers.writtenX(insn),
        dirtyF | Registers.writtenF(insn));
  }

  void stop() {
    code.goto_(sideExit());
  }

  /** What all side exits lead to. */
  void writeSideExits() {
    if (sideExits.isEmpty()) {
      return;
    }
    sideExits.write(
        code,
        exit -> {
          code.loadConstant(exit.slot()).istore(EXIT_SLOT);
          code.loadConstant(counting == Counting.EXACT ? exit.steps() : stepsUncounted(exit));
          code.istore(EXIT_STEPS);
        },
        this::spill);
    code.aload(CONTEXT_LOCAL).lload(PAGE).iload(EXIT_SLOT).i2l().iconst_1().lshl().ladd();
    code.putfield(CONTEXT, "pc", ConstantDescs.CD_long);
    code.lload(BUDGET).iload(EXIT_STEPS).i2l().lsub().loadConstant(-1L).lxor().lreturn();
  }

  /** Takes the entry's one step back if the hart has to begin with an instruction of its own. */
  private int stepsUncounted(SideExits.Exit exit) {
    return exit.slot() == entrySlot ? -1 : 0;
  }

  // Budget and other exits.

  void checkBudget(int stepsNeeded) {
    if (counting == Counting.NONE) {
      return;
    }
    code.lload(BUDGET).loadConstant((long) stepsNeeded).lcmp();
    code.iflt(sideExit());
  }

  void lowerBudget(int by) {
    if (by != 0 && counting == Counting.EXACT) {
      code.lload(BUDGET).loadConstant((long) by).lsub().lstore(BUDGET);
    }
  }

  /** Leaves the unit for the address on the stack, which nothing else is on. */
  void leave(int dirtyX, int dirtyF) {
    code.lstore(SCRATCH);
    spill(dirtyX, dirtyF);
    code.aload(CONTEXT_LOCAL).lload(SCRATCH).putfield(CONTEXT, "pc", ConstantDescs.CD_long);
    code.lload(BUDGET).lreturn();
  }

  /** Calls the guest function at the address in {@link #SCRATCH}; goes on if it returns. */
  void call(Block continuation, int dirtyX, int dirtyF) {
    spill(dirtyX, dirtyF);
    lookUpAndCall(continuation.firstSlot);
    returnUnlessCameBack();
    reload(continuation);
  }

  private void lookUpAndCall(int returnSlot) {
    pushContext();
    code.lload(SCRATCH);
    pushPc(returnSlot);
    code.lload(BUDGET).invokevirtual(CONTEXT, "call", CALL).lstore(BUDGET);
  }

  private void returnUnlessCameBack() {
    Label cameBack = code.newLabel();
    code.lload(BUDGET).lconst_0().lcmp().ifge(cameBack);
    code.lload(BUDGET).lreturn();
    code.labelBinding(cameBack);
  }

  /**
   * The same where the function is this unit: what {@link UnitContext#call} does, but without
   * looking for it.
   */
  void callItself(Block continuation, int dirtyX, int dirtyF) {
    int returnSlot = continuation.firstSlot;
    Label tooDeep = code.newLabel();
    Label notYet = code.newLabel();
    Label ended = code.newLabel();
    Label cameBack = code.newLabel();
    spill(dirtyX, dirtyF);
    pushContext();
    code.getfield(CONTEXT, "callsLeft", ConstantDescs.CD_int).ifeq(tooDeep);
    field(FETCH, "fetchTags");
    pushEpoch();
    code.istore(EPOCH);
    changeCallsLeft(-1);
    code.aload(THIS).aload(CONTEXT_LOCAL).lload(PAGE).lload(BUDGET);
    code.invokevirtual(NAME, "runGuest", RUN).lstore(BUDGET);
    changeCallsLeft(1);
    code.lload(BUDGET).lconst_0().lcmp().iflt(notYet);
    pushContext();
    code.getfield(CONTEXT, "pc", ConstantDescs.CD_long);
    pushPc(returnSlot);
    code.lcmp().ifne(notYet);
    code.aload(TLB).aload(CONTEXT_LOCAL).getfield(CONTEXT, "tlb", LONGS).if_acmpne(notYet);
    code.aload(FETCH).aload(CONTEXT_LOCAL).getfield(CONTEXT, "fetchTags", LONGS);
    code.if_acmpne(notYet);
    if (usedF != 0) {
      code.iload(FLOAT_ON);
      pushFact("floatOn");
      code.if_icmpne(notYet).iload(FLOAT_HOST);
      pushFact("floatHost");
      code.if_icmpne(notYet);
    }
    code.iload(EPOCH);
    pushEpoch();
    code.if_icmpeq(cameBack);
    code.labelBinding(notYet);
    pushContext();
    code.lload(BUDGET);
    pushPc(returnSlot);
    code.aload(TLB).aload(FETCH).iload(EPOCH);
    pushFloatOfCaller();
    code.invokevirtual(CONTEXT, "endCall", END_CALL).lstore(BUDGET).goto_(ended);
    code.labelBinding(tooDeep);
    lookUpAndCall(returnSlot);
    code.labelBinding(ended);
    returnUnlessCameBack();
    code.labelBinding(cameBack);
    reload(continuation);
  }

  /** What this unit knows of floating point; one that has none relies on nothing. */
  private void pushFloatOfCaller() {
    if (usedF != 0) {
      code.iload(FLOAT_ON).iload(FLOAT_HOST);
    } else {
      pushFact("floatOn");
      pushFact("floatHost");
    }
  }

  private void pushEpoch() {
    pushContext();
    code.invokevirtual(CONTEXT, "epoch", MethodTypeDesc.of(ConstantDescs.CD_int));
  }

  private void changeCallsLeft(int by) {
    pushContext();
    code.dup().getfield(CONTEXT, "callsLeft", ConstantDescs.CD_int);
    code.loadConstant(by).iadd().putfield(CONTEXT, "callsLeft", ConstantDescs.CD_int);
  }

  // Memory.

  /**
   * Finds the entry of the TLB for a load or store; side exit if that misses.
   *
   * @param tag the word of an entry that decides
   * @param addend the word that leads to the host
   */
  private void findPage(int base, int offset, int log2Size, long tag, long addend) {
    shared = sharedBySlot.get(slot);
    if (shared == null) {
      pushTag(base, offset, tag, addend);
      pushPage(log2Size);
      code.lcmp().ifne(sideExit());
    }
  }

  /** Pushes the tag of the TLB's entry for an address, which is kept, as is the entry's place. */
  private void pushTag(int base, int offset, long tag, long addend) {
    pushX(base);
    if (offset != 0) {
      code.loadConstant((long) offset).ladd();
    }
    code.dup2().lstore(ADDRESS);
    code.loadConstant(UnitContext.TLB_SHIFT).lushr();
    code.loadConstant(UnitContext.TLB_ENTRY_MASK).land();
    code.loadConstant(HostAccess.LONGS_AT + addend).ladd().lstore(ADDEND);
    HostAccess.push(code);
    code.aload(TLB).lload(ADDEND).loadConstant(tag - addend).ladd();
    code.invokevirtual(HostAccess.TYPE, "getLong", Width.DOUBLE.get);
  }

  /** Pushes what the tag of the address's entry is if an access hits. */
  private void pushPage(int log2Size) {
    code.lload(ADDRESS).loadConstant(-PhysicalMemory.PAGE_BYTES | (1L << log2Size) - 1).land();
  }

  /** Finds the pages of groups of accesses for the block, which begins here. */
  void findPages(List<PageGroups.Group> groups, Label ifNot) {
    int local = firstFree;
    for (PageGroups.Group group : groups) {
      findPages(group, ifNot);
      code.lstore(local);
      for (Map.Entry<Integer, Integer> access : group.offsets().entrySet()) {
        sharedBySlot.put(access.getKey(), new Shared(local, access.getValue()));
      }
      local += 2;
    }
  }

  /** Pushes what the base is to the host, if the group is in one page that the TLB has. */
  private void findPages(PageGroups.Group group, Label ifNot) {
    long addend = group.isStore() ? UnitContext.TLB_STORE_ADDEND : UnitContext.TLB_LOAD_ADDEND;
    long tag = group.isStore() ? UnitContext.TLB_STORE_TAG : UnitContext.TLB_LOAD_TAG;
    pushTag(group.base(), group.offset(), tag, addend);
    pushPage(group.log2Size());
    code.lxor();
    code.lload(ADDRESS).loadConstant(group.bytes() - 1L).ladd().lload(ADDRESS).lxor();
    code.loadConstant((long) -PhysicalMemory.PAGE_BYTES).land();
    code.lor().lconst_0().lcmp().ifne(ifNot);
    pushX(group.base());
    pushAddend();
    code.ladd();
  }

  /** What follows is the block once more, and tests each access. */
  void forgetPages() {
    sharedBySlot.clear();
  }

  /** Finds the page for a load, for the accesses that follow. */
  void findLoad(int base, int offset, int log2Size) {
    findPage(base, offset, log2Size, UnitContext.TLB_LOAD_TAG, UnitContext.TLB_LOAD_ADDEND);
  }

  /** Finds the page for a store, from which can be loaded too. */
  void findStore(int base, int offset, int log2Size) {
    findPage(base, offset, log2Size, UnitContext.TLB_STORE_TAG, UnitContext.TLB_STORE_ADDEND);
  }

  /** Pushes the host address found, which is that of the guest's hart plus a constant. */
  void pushHostAddress() {
    if (shared != null) {
      code.lload(shared.local);
      if (shared.offset != 0) {
        code.loadConstant((long) shared.offset).ladd();
      }
    } else {
      code.lload(ADDRESS);
      pushAddend();
      code.ladd();
    }
  }

  private void pushAddend() {
    HostAccess.push(code);
    code.aload(TLB).lload(ADDEND);
    code.invokevirtual(HostAccess.TYPE, "getLong", Width.DOUBLE.get);
  }

  /** Pushes what an access by {@link HostAccess} to the host address found begins with. */
  private void pushPlace() {
    HostAccess.push(code);
    code.aconst_null();
    pushHostAddress();
  }

  /** Pushes the value at the host address found. */
  void load(int log2Size, boolean signed) {
    Width width = Width.of(log2Size);
    pushPlace();
    code.invokevirtual(HostAccess.TYPE, "get" + width.name, width.get);
    if (width != Width.DOUBLE) {
      code.i2l();
      if (!signed) {
        code.loadConstant((1L << (Byte.SIZE << log2Size)) - 1).land();
      }
    }
  }

  /** Stores the register at the host address found. */
  void storeX(int log2Size, int register) {
    pushPlace();
    pushX(register);
    storePushed(log2Size);
  }

  /** Pushes the double at the host address found. */
  void loadDouble() {
    pushPlace();
    code.invokevirtual(HostAccess.TYPE, "getDouble", GET_DOUBLE);
  }

  /** Stores the single that the register holds at the host address found. */
  void storeSingle(int register) {
    pushPlace();
    pushRawF(register);
    storePushed(2);
  }

  void storeDouble(int register) {
    pushPlace();
    pushF(register);
    code.invokevirtual(HostAccess.TYPE, "putDouble", PUT_DOUBLE);
  }

  /** Stores what is in a local. */
  void storeLocal(int log2Size, int local) {
    pushPlace();
    code.lload(local);
    storePushed(log2Size);
  }

  private void storePushed(int log2Size) {
    Width width = Width.of(log2Size);
    switch (width) {
      case BYTE -> code.l2i().i2b();
      case HALF -> code.l2i().i2s();
      case WORD -> code.l2i();
      case DOUBLE -> {
        // A long already.
      }
    }
    code.invokevirtual(HostAccess.TYPE, "put" + width.name, width.put);
  }

  // Booleans.

  /** A conditional jump on what is on the stack, as {@link CodeBuilder} has them. */
  interface Jump {
    void to(Label target);
  }

  /** Pushes 0 if the jump is taken, else 1. */
  void pushZeroIf(Jump jump) {
    Label zero = code.newLabel();
    Label end = code.newLabel();
    jump.to(zero);
    code.lconst_1().goto_(end).labelBinding(zero).lconst_0().labelBinding(end);
  }

  // Floating point.

  /** Side exit unless floating point is on and dirty. */
  void needFloatOn() {
    if (!block.needsFloatOn) {
      code.iload(FLOAT_ON).ifeq(sideExit());
      block.needsFloatOn = true;
    }
  }

  /** Side exit unless the host's arithmetic will do, and floating point is on. */
  void needFloatHost() {
    if (!block.needsFloatHost) {
      code.iload(FLOAT_HOST).ifeq(sideExit());
      block.needsFloatHost = true;
      block.needsFloatOn = true;
    }
  }
}
