package lockstep.vmm.machine.bus;

import lockstep.ft.machine.Output;

/** Where a device puts what leaves the machine. {@code run} returns right after the step. */
@FunctionalInterface
public interface OutputSink {
  void emit(Output output);
}
