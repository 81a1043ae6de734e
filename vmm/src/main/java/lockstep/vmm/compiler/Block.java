package lockstep.vmm.compiler;

import lockstep.vmm.machine.isa.Insn;
import org.jspecify.annotations.Nullable;

/** Instructions of a region that are executed one behind the other, and how they end. */
final class Block {
  /** How control leaves a block. Slots may lie outside of the page. */
  sealed interface End {
    /** A conditional branch; {@code next} is the slot behind it. */
    record Branch(long insn, int taken, int next) implements End {}

    /** A jump without a link. */
    record Jump(int target) implements End {}

    /** A jump that links: control comes back to {@code next}, as a rule. */
    record Call(long insn, int target, int next) implements End {}

    /** A jump by register that links. */
    record CallByRegister(long insn, int next) implements End {}

    /** A jump by register that nobody returns from; {@code next} is the slot behind it. */
    record JumpByRegister(long insn, int next) implements End {}

    /** Nothing special: the next slot begins another block, or lies outside of the region. */
    record Fall(int next) implements End {}

    /** An instruction that the hart has to execute itself. */
    record Stop() implements End {}
  }

  final int firstSlot;
  final long[] insns;
  final End end;

  /** Slot of the end's instruction; for {@link End.Fall} the one behind the block. */
  final int endSlot;

  /** Position in the region's order. */
  int index;

  /** The last block that control passes on every way here; the entry's is itself. */
  @Nullable Block dominator;

  /** Whether the budget is tested at its start. */
  boolean isCheckpoint;

  /** The most steps from here to the next test of the budget. */
  int stepsToCheckpoint;

  /** Registers that may differ from the register file's at its start, by bits. */
  int dirtyX;

  int dirtyF;

  /** Registers whose values are needed from its start on, to be read or to be written back. */
  int liveX;

  int liveF;

  /** Registers that hold a sign-extended word at its start, see {@link Words}. */
  int wordX = Words.ALL;

  /** Whether who gets to its end has passed a test that floating point is on. */
  boolean needsFloatOn;

  /** The same for the host's arithmetic being allowed. */
  boolean needsFloatHost;

  Block(int firstSlot, long[] insns, End end, int endSlot) {
    this.firstSlot = firstSlot;
    this.insns = insns;
    this.end = end;
    this.endSlot = endSlot;
  }

  /** Whether control passes this block on every way to {@code other}. */
  boolean dominates(Block other) {
    Block on = other;
    while (on != null && on.index > index) {
      on = on.dominator;
    }
    return on == this;
  }

  /** Steps of the whole block. */
  int steps() {
    return insns.length + (end instanceof End.Fall || end instanceof End.Stop ? 0 : 1);
  }

  /** Where control may go on, within the unit if there is a block. */
  int[] successors() {
    return switch (end) {
      case End.Branch(long _, int taken, int next) -> new int[] {taken, next};
      case End.Jump(int target) -> new int[] {target};
      case End.Call(long _, int _, int next) -> new int[] {next};
      case End.CallByRegister(long _, int next) -> new int[] {next};
      case End.Fall(int next) -> new int[] {next};
      case End.JumpByRegister _, End.Stop _ -> new int[0];
    };
  }

  /** Whether what follows comes behind a guest call. */
  boolean isCall() {
    return end instanceof End.Call || end instanceof End.CallByRegister;
  }

  /** The instruction that ends it and may write a register, or 0. */
  long endInsn() {
    return switch (end) {
      case End.Branch(long insn, int _, int _) -> insn;
      case End.Call(long insn, int _, int _) -> insn;
      case End.CallByRegister(long insn, int _) -> insn;
      case End.JumpByRegister(long insn, int _) -> insn;
      case End.Jump _, End.Fall _, End.Stop _ -> 0;
    };
  }

  @Override
  public String toString() {
    return firstSlot
        + "+"
        + insns.length
        + " "
        + end.getClass().getSimpleName()
        + Insn.op(endInsn());
  }
}
