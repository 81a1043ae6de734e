package lockstep.vmm.machine.boot;

import java.nio.ByteBuffer;
import java.util.Optional;
import lockstep.vmm.machine.memory.GuestMemory;

/**
 * Where a kernel, its initramfs and the device tree lie in RAM, physical addresses all: the kernel
 * at RAM base + 2 MiB, the initramfs behind all that belongs to the kernel, the device tree at the
 * top. Nothing overlaps.
 *
 * @param kernelAddress of the Image; also its entry point
 * @param initramfs absent if there is none
 * @param deviceTreeAddress where {@link #DEVICE_TREE_BYTES_MAX} bytes are free
 */
public record BootLayout(long kernelAddress, Optional<Range> initramfs, long deviceTreeAddress) {

  /** A range of physical addresses, {@code end} excluded. */
  public record Range(long start, long end) {}

  /** Linux maps itself with pages of 2 MiB, and keeps the last of them whole. */
  static final long KERNEL_ALIGNMENT_BYTES = 2 << 20;

  /** More than any device tree of this machine takes. */
  public static final int DEVICE_TREE_BYTES_MAX = 64 << 10;

  private static final long KERNEL_OFFSET = 2 << 20;

  private static final int CHUNK_BYTES = 64 << 10;

  /**
   * Places everything in {@code [ramBase, ramBase + ramBytes)}.
   *
   * @param initramfsBytes 0 for none
   * @throws BootException if RAM is too small
   */
  public static BootLayout place(
      long ramBase, long ramBytes, KernelImage kernel, long initramfsBytes) throws BootException {
    if (kernel.textOffset() > ramBytes || kernel.memoryBytes() > ramBytes) {
      throw tooSmall(ramBytes, kernel, initramfsBytes); // and nothing below can wrap around
    }
    long kernelAddress = ramBase + Math.max(KERNEL_OFFSET, kernel.textOffset());
    long initramfsStart = alignUp(kernelAddress + kernel.memoryBytes(), KERNEL_ALIGNMENT_BYTES);
    long initramfsEnd = initramfsStart + initramfsBytes;
    long deviceTreeAddress =
        alignDown(ramBase + ramBytes - DEVICE_TREE_BYTES_MAX, KERNEL_ALIGNMENT_BYTES);
    if (initramfsEnd > deviceTreeAddress) {
      throw tooSmall(ramBytes, kernel, initramfsBytes);
    }
    Optional<Range> initramfs =
        initramfsBytes == 0
            ? Optional.empty()
            : Optional.of(new Range(initramfsStart, initramfsEnd));
    return new BootLayout(kernelAddress, initramfs, deviceTreeAddress);
  }

  private static BootException tooSmall(long ramBytes, KernelImage kernel, long initramfsBytes) {
    return new BootException(
        String.format(
            "RAM of %d bytes is too small for a kernel of %d bytes at offset %d and an initramfs of"
                + " %d",
            ramBytes, kernel.memoryBytes(), kernel.textOffset(), initramfsBytes));
  }

  /** Writes everything to its place. The hart then enters at {@link #kernelAddress}. */
  public void load(
      GuestMemory memory, KernelImage kernel, ByteBuffer initramfs, byte[] deviceTree) {
    if (deviceTree.length > DEVICE_TREE_BYTES_MAX) {
      throw new IllegalArgumentException("device tree of " + deviceTree.length + " bytes");
    }
    write(memory, kernelAddress, kernel.file());
    this.initramfs.ifPresent(
        range -> {
          if (range.end() - range.start() != initramfs.remaining()) {
            throw new IllegalArgumentException("not the initramfs that a place was made for");
          }
          write(memory, range.start(), initramfs.duplicate());
        });
    memory.write(deviceTreeAddress, deviceTree, 0, deviceTree.length);
  }

  private static void write(GuestMemory memory, long address, ByteBuffer content) {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (long at = address; content.hasRemaining(); ) {
      int length = Math.min(chunk.length, content.remaining());
      content.get(chunk, 0, length);
      memory.write(at, chunk, 0, length);
      at += length;
    }
  }

  private static long alignUp(long address, long alignment) {
    return alignDown(address + alignment - 1, alignment);
  }

  private static long alignDown(long address, long alignment) {
    return address & -alignment;
  }
}
