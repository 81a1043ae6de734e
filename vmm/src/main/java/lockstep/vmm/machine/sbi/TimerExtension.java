package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.hart.Hart;

/** TIME: the supervisor's timer (SBI 2.0, 6). */
final class TimerExtension implements SbiExtension {
  private static final int SET_TIMER = 0;

  @Override
  public void call(Hart hart, long function) {
    if (function != SET_TIMER) {
      SbiExtension.fail(hart, SbiError.NOT_SUPPORTED);
      return;
    }
    hart.setTimer(hart.x(A0));
    SbiExtension.succeed(hart);
  }
}
