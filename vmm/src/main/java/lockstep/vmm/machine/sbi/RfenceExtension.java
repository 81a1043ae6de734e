package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.hart.Hart;

/**
 * RFENCE: fences on other harts (SBI 2.0, 8). In this machine a translation that hits equals a
 * fresh page walk and decoded code equals memory at every step, so a fence has nothing left to do;
 * its arguments are checked all the same. The hypervisor's fences are not there.
 */
final class RfenceExtension implements SbiExtension {
  private static final int REMOTE_FENCE_I = 0;
  private static final int REMOTE_SFENCE_VMA_ASID = 2;

  @Override
  public void call(Hart hart, long function) {
    if (function < REMOTE_FENCE_I || function > REMOTE_SFENCE_VMA_ASID) {
      SbiExtension.fail(hart, SbiError.NOT_SUPPORTED);
      return;
    }
    if (!HartMask.valid(hart, hart.x(A0), hart.x(A1))) {
      SbiExtension.fail(hart, SbiError.INVALID_PARAM);
      return;
    }
    SbiExtension.succeed(hart);
  }
}
