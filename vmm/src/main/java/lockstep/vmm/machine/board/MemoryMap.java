package lockstep.vmm.machine.board;

/**
 * Physical addresses and interrupt sources of the board; the same places as on QEMU's virt board.
 * RAM and the CLINT are the machine's own.
 */
final class MemoryMap {
  static final long POWER_SWITCH = 0x10_0000L;
  static final long RTC = 0x10_1000L;
  static final long PLIC = 0xc00_0000L;
  static final long UART = 0x1000_0000L;
  static final long POWER_BUTTON_UART = 0x1000_0100L;
  static final long VIRTIO = 0x1000_1000L; // the first of the virtio slots

  static final int UART_SOURCE = 1;
  static final int POWER_BUTTON_SOURCE = 2;
  static final int RTC_SOURCE = 3;
  static final int VIRTIO_SOURCE = 8; // of the first virtio slot

  static final int NET_SLOT = 0;
  static final int ENTROPY_SLOT = 1;
  static final int CONSOLE_SLOT = 2;
  static final int DISK_SLOT = 3; // of the first disk

  private MemoryMap() {}
}
