package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.hart.Hart;

/** One extension of the SBI. */
interface SbiExtension {
  int A0 = 10;
  int A1 = 11;
  int A2 = 12;
  int A6 = 16;
  int A7 = 17;

  /**
   * Serves a function of the extension: arguments in a0 to a5, error left in a0 and value in a1 by
   * {@link #answer}.
   */
  void call(Hart hart, long function);

  /** Leaves an error and a value. */
  static void answer(Hart hart, long error, long value) {
    hart.setX(A0, error);
    hart.setX(A1, value);
  }

  static void succeed(Hart hart) {
    answer(hart, SbiError.SUCCESS, 0);
  }

  static void fail(Hart hart, long error) {
    answer(hart, error, 0);
  }
}
