package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.hart.Hart;

/** HSM: starting, stopping and suspending harts (SBI 2.0, 9), for a machine with one of them. */
final class HartStateExtension implements SbiExtension {
  private static final int HART_START = 0;
  private static final int HART_STOP = 1;
  private static final int HART_GET_STATUS = 2;
  private static final int HART_SUSPEND = 3;

  private static final long STARTED = 0;

  private static final int DEFAULT_RETENTIVE = 0;
  private static final int PLATFORM_RETENTIVE = 0x1000_0000;
  private static final int DEFAULT_NON_RETENTIVE = 0x8000_0000;
  private static final int PLATFORM_NON_RETENTIVE = 0x9000_0000;

  @Override
  public void call(Hart hart, long function) {
    if (function < HART_START || function > HART_SUSPEND) {
      SbiExtension.fail(hart, SbiError.NOT_SUPPORTED);
      return;
    }
    switch ((int) function) {
      case HART_START -> start(hart);
      // The last hart never stops: nobody would be left to start it again.
      case HART_STOP -> SbiExtension.fail(hart, SbiError.FAILED);
      case HART_GET_STATUS -> status(hart);
      case HART_SUSPEND -> suspend(hart);
      default -> throw new AssertionError(function);
    }
  }

  /** The caller's own hart is there and runs; no other one is there. */
  private static void start(Hart hart) {
    boolean self = hart.x(A0) == hart.id();
    SbiExtension.fail(hart, self ? SbiError.ALREADY_AVAILABLE : SbiError.INVALID_PARAM);
  }

  private static void status(Hart hart) {
    if (hart.x(A0) == hart.id()) {
      SbiExtension.answer(hart, SbiError.SUCCESS, STARTED);
    } else {
      SbiExtension.fail(hart, SbiError.INVALID_PARAM);
    }
  }

  /** Retentive suspension is a WFI; forgetting the hart's state on the way is not offered. */
  private static void suspend(Hart hart) {
    int type = (int) hart.x(A0);
    if (type == DEFAULT_RETENTIVE) {
      SbiExtension.succeed(hart);
      hart.waitForInterrupt();
      return;
    }
    boolean reserved =
        type > 0
            ? type < PLATFORM_RETENTIVE
            : type > DEFAULT_NON_RETENTIVE && type < PLATFORM_NON_RETENTIVE;
    SbiExtension.fail(hart, reserved ? SbiError.INVALID_PARAM : SbiError.NOT_SUPPORTED);
  }
}
