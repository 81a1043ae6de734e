package lockstep.vmm.machine.sbi;

import lockstep.ft.machine.Output;
import lockstep.vmm.machine.bus.OutputSink;
import lockstep.vmm.machine.hart.Hart;

/** SRST: switching off and resetting the machine (SBI 2.0, 10). */
final class ResetExtension implements SbiExtension {
  private static final int SYSTEM_RESET = 0;

  private static final int SHUTDOWN = 0;
  private static final int COLD_REBOOT = 1;
  private static final int WARM_REBOOT = 2;

  private static final int REASON_NONE = 0;
  private static final int REASON_SYSTEM_FAILURE = 1;

  private final OutputSink outputs;

  ResetExtension(OutputSink outputs) {
    this.outputs = outputs;
  }

  @Override
  public void call(Hart hart, long function) {
    if (function != SYSTEM_RESET) {
      SbiExtension.fail(hart, SbiError.NOT_SUPPORTED);
      return;
    }
    int type = (int) hart.x(A0);
    int reason = (int) hart.x(A1);
    boolean known = type == SHUTDOWN || type == COLD_REBOOT || type == WARM_REBOOT;
    if (!known || (reason != REASON_NONE && reason != REASON_SYSTEM_FAILURE)) {
      SbiExtension.fail(hart, SbiError.INVALID_PARAM);
      return;
    }
    // The machine stops behind this step, so nobody sees what the call returns.
    SbiExtension.succeed(hart);
    outputs.emit(new Output.PowerChanged(type != SHUTDOWN));
  }
}
