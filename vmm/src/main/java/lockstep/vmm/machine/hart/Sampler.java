package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;

/**
 * Finds out where the interpreter spends its steps: now and then it follows a few of them one by
 * one, until control arrives somewhere by a jump worth to be an entry of compiled code.
 */
final class Sampler {
  private static final int PERIOD_STEPS = 8000;
  private static final int FOLLOWED_STEPS_MAX = 100;

  private final UnitCompiler.Mode mode;
  private long untilNext = PERIOD_STEPS;
  private boolean following;
  private int weightOfArrival;

  Sampler(UnitCompiler.Mode mode) {
    this.mode = mode;
    following = mode == UnitCompiler.Mode.EAGER;
  }

  private boolean isOff() {
    return mode == UnitCompiler.Mode.OFF;
  }

  /** How many steps may be interpreted before {@link #interpreted} is told of them. */
  long stepsToNext() {
    return following ? 1 : untilNext;
  }

  /** Steps were interpreted; if it was one, it was {@code insn} at {@code pc}. */
  void interpreted(long steps, long pc, long insn, long nextPc) {
    untilNext -= steps;
    if (following) {
      if (steps == 1 && isArrival(pc, insn, nextPc)) {
        arrived(CompiledCode.SAMPLE);
        nextPeriod();
      } else if (untilNext < PERIOD_STEPS - FOLLOWED_STEPS_MAX) {
        nextPeriod();
      }
    } else if (untilNext <= 0) {
      nextPeriod();
      following = !isOff();
    }
  }

  private void nextPeriod() {
    following = mode == UnitCompiler.Mode.EAGER;
    untilNext = PERIOD_STEPS;
  }

  /** A jump that goes back, to another page, or by a register. */
  private static boolean isArrival(long pc, long insn, long nextPc) {
    int op = Insn.op(insn);
    return nextPc != pc + 2L * Insn.slots(insn)
        && (nextPc <= pc
            || (nextPc ^ pc) >>> 12 != 0
            || op == Op.JALR
            || op == Op.JAL
            || op == SlotOp.JAL_IN_PAGE);
  }

  /** Control has arrived at pc in a way that compiled code does not follow by itself. */
  void arrived(int weight) {
    weightOfArrival = isOff() ? 0 : weight;
  }

  boolean isAtArrival() {
    return weightOfArrival != 0;
  }

  int take() {
    int weight = weightOfArrival;
    weightOfArrival = 0;
    return weight;
  }
}
