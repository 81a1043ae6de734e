package lockstep.vmm.machine.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import lockstep.vmm.machine.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;

/** Which files are taken for a kernel, and where it is put. */
final class KernelImageTest {
  private static final int FILE_BYTES = 5000;
  private static final long IMAGE_SIZE = 9000;
  private static final long RAM_BASE = PhysicalMemory.RAM_BASE;
  private static final long SIGN = Long.MIN_VALUE;

  private static byte[] file(Consumer<ByteBuffer> change) {
    byte[] bytes = new byte[FILE_BYTES];
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x0000_5a4d);
    file.putLong(8, 0x20_0000);
    file.putLong(16, IMAGE_SIZE);
    file.put(0x30, "RISCV".getBytes(StandardCharsets.US_ASCII));
    file.put(0x38, new byte[] {'R', 'S', 'C', 5});
    file.put(FILE_BYTES - 1, (byte) 77);
    change.accept(file);
    return bytes;
  }

  private static KernelImage kernel() throws BootException {
    return parse(file(unchanged -> {}));
  }

  private static KernelImage parse(byte[] file) throws BootException {
    return KernelImage.parse(ByteBuffer.wrap(file));
  }

  private static String refusal(byte[] file) {
    return assertThrows(BootException.class, () -> parse(file)).toString();
  }

  @Test
  void anImageSaysHowMuchMemoryItTakes() throws BootException {
    KernelImage kernel = kernel();
    assertEquals(0x20_0000, kernel.textOffset());
    assertEquals(IMAGE_SIZE, kernel.memoryBytes());
  }

  @Test
  void whatIsNoImageIsRefusedByName() {
    assertTrue(refusal(new byte[0]).contains("shorter"));
    assertTrue(refusal(new byte[1000]).contains("magic"));
    assertTrue(refusal(file(f -> f.put(0x38, (byte) 'X'))).contains("magic"));
    assertTrue(refusal(file(f -> f.put(0x30, (byte) 'X'))).contains("magic"));
    assertTrue(refusal(file(f -> f.putShort(0, (short) 0x8b1f))).contains("gzip"));
    assertTrue(refusal(file(f -> f.putLong(16, 10))).contains("image_size"));
    assertTrue(refusal(file(f -> f.putLong(16, -1))).contains("image_size"));
    assertTrue(refusal(file(f -> f.putLong(8, 12))).contains("text_offset"));
    assertTrue(refusal(file(f -> f.putLong(24, 1))).contains("big-endian"));
  }

  @Test
  void kernelInitramfsAndDeviceTreeLieApartInRam() throws BootException {
    long ramBytes = 32 << 20;
    BootLayout layout = BootLayout.place(RAM_BASE, ramBytes, kernel(), 12_345);
    assertEquals(RAM_BASE + 0x20_0000, layout.kernelAddress());
    BootLayout.Range initramfs = layout.initramfs().orElseThrow();
    assertEquals(12_345, initramfs.end() - initramfs.start());
    assertTrue(initramfs.start() >= layout.kernelAddress() + IMAGE_SIZE);
    assertTrue(layout.deviceTreeAddress() >= initramfs.end());
    assertTrue(
        layout.deviceTreeAddress() + BootLayout.DEVICE_TREE_BYTES_MAX <= RAM_BASE + ramBytes);
    assertEquals(0, layout.deviceTreeAddress() % 8);
  }

  @Test
  void everythingIsWrittenToItsPlace() throws BootException {
    PhysicalMemory memory = new PhysicalMemory(32 << 20);
    byte[] initramfs = {9, 8, 7};
    BootLayout layout = BootLayout.place(RAM_BASE, 32 << 20, kernel(), initramfs.length);
    layout.load(memory, kernel(), ByteBuffer.wrap(initramfs), new byte[] {1, 2, 3, 4});
    assertEquals(77, memory.load(layout.kernelAddress() + FILE_BYTES - 1, 0));
    assertEquals(7, memory.load(layout.initramfs().orElseThrow().end() - 1, 0));
    assertEquals(0x0403_0201, memory.load32(layout.deviceTreeAddress()));
  }

  @Test
  void ramThatIsTooSmallIsRefused() throws BootException {
    KernelImage kernel = kernel();
    assertThrows(BootException.class, () -> BootLayout.place(RAM_BASE, 2 << 20, kernel, 0));
    assertThrows(BootException.class, () -> BootLayout.place(RAM_BASE, 8 << 20, kernel, 6 << 20));
    KernelImage huge = parse(file(f -> f.putLong(16, Long.MAX_VALUE)));
    assertThrows(BootException.class, () -> BootLayout.place(RAM_BASE, 64 << 20, huge, 1));
  }

  @Test
  void aHeaderThatClaimsAnythingPlacesNothingOutsideOfRam() throws BootException {
    long[] sizes = {IMAGE_SIZE, 1 << 30, 1L << 62, Long.MAX_VALUE - 0x20_0000, Long.MAX_VALUE};
    long[] offsets = {64 << 20, 1L << 40, 1L << 62, Long.MAX_VALUE & -0x20_0000, -RAM_BASE & ~SIGN};
    for (long size : sizes) {
      for (long offset : offsets) {
        KernelImage kernel = parse(file(f -> f.putLong(16, size).putLong(8, offset)));
        for (long initramfsBytes : new long[] {0, 1, Integer.MAX_VALUE}) {
          BootException refused =
              assertThrows(
                  BootException.class,
                  () -> BootLayout.place(RAM_BASE, 64 << 20, kernel, initramfsBytes));
          assertTrue(refused.toString().contains("too small"));
        }
      }
    }
  }
}
