package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.hart.Hart;

/** IPI: interrupts from hart to hart (SBI 2.0, 7). */
final class IpiExtension implements SbiExtension {
  private static final int SEND_IPI = 0;

  @Override
  public void call(Hart hart, long function) {
    if (function != SEND_IPI) {
      SbiExtension.fail(hart, SbiError.NOT_SUPPORTED);
      return;
    }
    long mask = hart.x(A0);
    long base = hart.x(A1);
    if (!HartMask.valid(hart, mask, base)) {
      SbiExtension.fail(hart, SbiError.INVALID_PARAM);
      return;
    }
    if (HartMask.names(hart, mask, base)) {
      hart.setSoftwareInterrupt(true);
    }
    SbiExtension.succeed(hart);
  }
}
