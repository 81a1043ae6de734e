package lockstep.vmm.machine.bus;

/** A level-triggered interrupt line from a device to the interrupt controller. */
@FunctionalInterface
public interface InterruptLine {
  void set(boolean asserted);
}
