package lockstep.vmm.machine.memory;

/**
 * Guest physical memory as a device sees it. Addresses are guest physical, multi-byte values little
 * endian. Every write marks its pages dirty first, and drops whatever was derived from them
 * (translations, decoded code).
 *
 * <p>An access outside of RAM is a bug of the device model and throws {@link
 * IndexOutOfBoundsException}: a device checks what a guest gives it with {@link #contains} first.
 */
public interface GuestMemory {

  /**
   * Whether all of {@code length} bytes from {@code address} are RAM; false for negative lengths.
   */
  boolean contains(long address, long length);

  void read(long address, byte[] into, int offset, int length);

  void write(long address, byte[] from, int offset, int length);

  int load16(long address);

  int load32(long address);

  long load64(long address);

  void store8(long address, int value);

  void store16(long address, int value);

  void store32(long address, int value);

  void store64(long address, long value);
}
