package lockstep.vmm.machine;

/**
 * What a bare machine is made of; the devices are its board's.
 *
 * @param ramBytes guest RAM from {@link lockstep.vmm.machine.memory.PhysicalMemory#RAM_BASE}, a
 *     multiple of 4096
 * @param picosecondsPerStep guest time that one step takes between clock inputs
 */
public record MachineConfig(long ramBytes, int picosecondsPerStep) {
  private static final long RAM_BYTES_MAX = 1L << 40;

  public MachineConfig {
    if (ramBytes <= 0 || ramBytes % 4096 != 0 || ramBytes > RAM_BYTES_MAX) {
      throw new IllegalArgumentException("RAM of " + ramBytes + " bytes");
    }
    if (picosecondsPerStep <= 0) {
      throw new IllegalArgumentException("step of " + picosecondsPerStep + " ps");
    }
  }
}
