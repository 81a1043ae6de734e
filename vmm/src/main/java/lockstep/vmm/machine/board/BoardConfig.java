package lockstep.vmm.machine.board;

import java.util.List;
import lockstep.ft.machine.Bytes;

/**
 * What of a VM's definition the machine depends on.
 *
 * @param ramBytes guest RAM, a multiple of 2 MiB
 * @param picosecondsPerStep guest time that one step takes between clock inputs
 * @param harts 1 today
 * @param commandLine of the kernel; one that names {@code console=hvc0} has the console's input go
 *     to the virtio console instead of the serial port
 * @param mac six bytes
 * @param disks in the order in which the guest finds them
 */
public record BoardConfig(
    long ramBytes,
    int picosecondsPerStep,
    int harts,
    String commandLine,
    Bytes mac,
    List<DiskConfig> disks) {
  /** As many as there are places for. */
  public static final int DISKS_MAX = 16;

  /** A disk has a multiple of so many bytes. */
  public static final int DISK_BLOCK_BYTES = 4096;

  private static final int MAC_BYTES = 6;

  /**
   * A disk.
   *
   * @param sizeBytes a multiple of 4096
   */
  public record DiskConfig(long sizeBytes, boolean readOnly) {
    public DiskConfig {
      if (sizeBytes <= 0 || sizeBytes % DISK_BLOCK_BYTES != 0) {
        throw new IllegalArgumentException("disk of " + sizeBytes + " bytes");
      }
    }
  }

  public BoardConfig {
    disks = List.copyOf(disks);
    if (harts != 1) {
      throw new IllegalArgumentException(harts + " harts: this machine has one");
    }
    if (mac.length() != MAC_BYTES) {
      throw new IllegalArgumentException("MAC address of " + mac.length() + " bytes");
    }
    if (disks.size() > DISKS_MAX) {
      throw new IllegalArgumentException(disks.size() + " disks, at most " + DISKS_MAX);
    }
  }

  boolean consoleIsVirtio() {
    return List.of(commandLine.split(" ")).contains("console=hvc0");
  }
}
