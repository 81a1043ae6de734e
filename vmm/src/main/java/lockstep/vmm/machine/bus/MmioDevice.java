package lockstep.vmm.machine.bus;

import lockstep.vmm.machine.state.Stateful;

/**
 * A device with registers in physical address space. Called on the guest's thread, inside a step.
 * Nothing a guest does to a register may throw.
 */
public interface MmioDevice extends Stateful {

  /**
   * Loads {@code 1 << log2Size} bytes, zero-extended, from the register at {@code offset} from the
   * device's base; the access is naturally aligned and lies inside of the device.
   */
  long load(long offset, int log2Size);

  /** Stores the low {@code 1 << log2Size} bytes of {@code value}. */
  void store(long offset, int log2Size, long value);
}
