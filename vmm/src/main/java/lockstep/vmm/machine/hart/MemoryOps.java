package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.isa.Op;

/** What the load and store instructions do beside accessing memory. */
final class MemoryOps {
  private static final long NAN_BOX = 0xffff_ffff_0000_0000L;

  private MemoryOps() {}

  static boolean isLoadOrStore(int op) {
    return isStore(op) || isFloat(op) || (op >= Op.LB && op <= Op.LWU);
  }

  static boolean isStore(int op) {
    return (op >= Op.SB && op <= Op.SD) || op == Op.FSW || op == Op.FSD;
  }

  static boolean isFloat(int op) {
    return op == Op.FLW || op == Op.FLD || op == Op.FSW || op == Op.FSD;
  }

  static int log2Size(int op) {
    return switch (op) {
      case Op.LB, Op.LBU, Op.SB -> 0;
      case Op.LH, Op.LHU, Op.SH -> 1;
      case Op.LW, Op.LWU, Op.SW, Op.FLW, Op.FSW -> 2;
      default -> 3;
    };
  }

  /** What a load writes to its register, from the zero-extended value in memory. */
  static long extended(int op, long loaded) {
    return switch (op) {
      case Op.LB -> (byte) loaded;
      case Op.LH -> (short) loaded;
      case Op.LW -> (int) loaded;
      case Op.FLW -> loaded | NAN_BOX;
      default -> loaded;
    };
  }
}
