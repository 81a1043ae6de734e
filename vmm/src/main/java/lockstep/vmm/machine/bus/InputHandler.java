package lockstep.vmm.machine.bus;

import lockstep.ft.machine.Input;

/**
 * Takes inputs that are injected into the machine, on the guest's thread and between two steps.
 * Every handler is offered every input, in the order of their registration, and ignores what is not
 * meant for it. {@link Input.ClockMoved} has been applied by the machine before.
 */
@FunctionalInterface
public interface InputHandler {
  void onInput(Input input);
}
