package lockstep.vmm.compiler;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ConstantDescs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lockstep.vmm.compiler.Block.End;
import lockstep.vmm.machine.isa.Insn;

/**
 * Writes a region as a class file, a subclass of {@link lockstep.vmm.machine.hart.CompiledUnit}.
 */
final class UnitWriter {
  /** Index of no block. */
  private static final int NOTHING = -1;

  private final Region region;
  private final UnitCode unit;
  private final InstructionEmitter emitter;
  private final Map<Block, Label> labels = new HashMap<>();

  private UnitWriter(CodeBuilder code, Region region, Counting counting) {
    this.region = region;
    unit = new UnitCode(code, region, counting);
    emitter = new InstructionEmitter(unit);
  }

  static byte[] write(Region region, Counting counting) {
    return ClassFile.of()
        .build(
            UnitCode.NAME,
            type ->
                type.withSuperclass(UnitCode.UNIT)
                    .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withMethodBody(
                        ConstantDescs.INIT_NAME,
                        ConstantDescs.MTD_void,
                        ClassFile.ACC_PUBLIC,
                        code ->
                            code.aload(0)
                                .invokespecial(
                                    UnitCode.UNIT, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                .return_())
                    .withMethodBody(
                        "runGuest",
                        UnitCode.RUN,
                        ClassFile.ACC_PUBLIC,
                        code -> new UnitWriter(code, region, counting).write()));
  }

  private void write() {
    for (Block block : region.blocks()) {
      labels.put(block, unit.code.newLabel());
    }
    unit.enter();
    for (Block block : region.blocks()) {
      unit.code.labelBinding(label(block));
      writeBlock(block);
    }
    unit.writeSideExits();
  }

  private Label label(Block block) {
    Label label = labels.get(block);
    if (label == null) {
      throw new IllegalStateException("no block of this region: " + block);
    }
    return label;
  }

  private void writeBlock(Block block) {
    unit.beginBlock(block);
    unit.at(block.firstSlot, 0);
    if (block.isCheckpoint) {
      unit.checkBudget(block.stepsToCheckpoint);
    }
    List<PageGroups.Group> groups = PageGroups.of(block);
    if (!groups.isEmpty()) {
      Label oneByOne = unit.code.newLabel();
      unit.findPages(groups, oneByOne);
      writeInstructions(block, NOTHING);
      unit.forgetPages();
      unit.code.labelBinding(oneByOne);
      unit.beginBlock(block);
    }
    writeInstructions(block, block.index + 1);
  }

  /**
   * @param behind index of the block that is written behind them
   */
  private void writeInstructions(Block block, int behind) {
    int slot = block.firstSlot;
    int steps = 0;
    for (long insn : block.insns) {
      unit.at(slot, steps++);
      emitter.emit(insn, slot);
      unit.wrote(insn);
      slot += Insn.slots(insn);
    }
    unit.at(block.endSlot, steps);
    if (!(block.end instanceof End.Stop)) {
      unit.lowerBudget(block.steps());
    }
    writeEnd(block, behind);
  }

  private void writeEnd(Block block, int behind) {
    switch (block.end) {
      case End.Stop() -> unit.stop();
      case End.Fall(int next) -> goTo(next, block, behind);
      case End.Jump(int target) -> goTo(target, block, behind);
      case End.Branch(long insn, int taken, int next) ->
          writeBranch(block, insn, taken, next, behind);
      case End.Call(long insn, int target, int next) -> {
        unit.pushPc(target);
        unit.code.lstore(UnitCode.SCRATCH);
        writeCall(block, insn, next, target == region.blocks().getFirst().firstSlot);
      }
      case End.CallByRegister(long insn, int next) -> {
        pushTarget(insn);
        unit.code.lstore(UnitCode.SCRATCH);
        writeCall(block, insn, next, false);
      }
      case End.JumpByRegister(long insn, int next) -> {
        pushTarget(insn);
        if (Insn.rd(insn) != Insn.DISCARD) {
          unit.code.lstore(UnitCode.SCRATCH);
          unit.pushPc(next);
          unit.popX(Insn.rd(insn));
          unit.code.lload(UnitCode.SCRATCH);
        }
        leave(block);
      }
    }
  }

  private void pushTarget(long insn) {
    unit.pushX(Insn.rs1(insn));
    unit.code.loadConstant((long) Insn.immediate(insn)).ladd().loadConstant(~1L).land();
  }

  /** The target's address is in the scratch local. */
  private void writeCall(Block block, long insn, int next, boolean ofItself) {
    unit.pushPc(next);
    unit.popX(Insn.rd(insn));
    int dirtyX = Region.dirtyXAtEnd(block);
    int dirtyF = Region.dirtyFAtEnd(block);
    Block continuation = region.successor(block, next);
    if (continuation == null) {
      unit.code.lload(UnitCode.SCRATCH);
      leave(block);
    } else {
      if (ofItself) {
        unit.callItself(continuation, dirtyX, dirtyF);
      } else {
        unit.call(continuation, dirtyX, dirtyF);
      }
      goTo(next, block, block.index + 1);
    }
  }

  private void writeBranch(Block block, long insn, int taken, int next, int behind) {
    Block target = region.successor(block, taken);
    if (target != null && target.index > block.index) {
      emitter.branch(insn, label(target));
    } else {
      // A jump back polls for the JVM's safepoints; that is cheap only if nothing is compared in
      // it.
      Label notTaken = unit.code.newLabel();
      emitter.branchUnless(insn, notTaken);
      goTo(taken, block, NOTHING);
      unit.code.labelBinding(notTaken);
    }
    goTo(next, block, behind);
  }

  /** Continues at a slot, which may lie outside of the region; all is counted. */
  private void goTo(int slot, Block from, int behind) {
    Block block = region.successor(from, slot);
    if (block == null) {
      unit.pushPc(slot);
      leave(from);
    } else if (block.index != behind) {
      unit.code.goto_(label(block));
    }
  }

  private void leave(Block block) {
    unit.leave(Region.dirtyXAtEnd(block), Region.dirtyFAtEnd(block));
  }

  static boolean isTrivial(Region region) {
    Block first = region.blocks().getFirst();
    return first.insns.length == 0 && first.end instanceof End.Stop;
  }
}
