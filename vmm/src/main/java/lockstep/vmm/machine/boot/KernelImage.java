package lockstep.vmm.machine.boot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A RISC-V Linux kernel as a flat, uncompressed Image (Documentation/arch/riscv/boot-image-header).
 * Only its header is looked at; the rest is the guest's own business.
 */
public final class KernelImage {
  private static final int HEADER_BYTES = 64;
  private static final int TEXT_OFFSET_AT = 0x08;
  private static final int IMAGE_SIZE_AT = 0x10;
  private static final int FLAGS_AT = 0x18;
  private static final int MAGIC_AT = 0x30;
  private static final int MAGIC2_AT = 0x38;

  private static final long FLAG_BIG_ENDIAN = 1;
  private static final byte[] MAGIC = {'R', 'I', 'S', 'C', 'V', 0, 0, 0};
  private static final byte[] MAGIC2 = {'R', 'S', 'C', 5};
  private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};

  private final byte[] bytes;
  private final long textOffset;
  private final long memoryBytes;

  private KernelImage(byte[] bytes, long textOffset, long memoryBytes) {
    this.bytes = bytes;
    this.textOffset = textOffset;
    this.memoryBytes = memoryBytes;
  }

  /**
   * Checks the header of a file. The array is kept, not copied.
   *
   * @throws BootException if the file is not such an Image
   */
  public static KernelImage parse(byte[] file) throws BootException {
    if (startsWith(file, 0, GZIP_MAGIC)) {
      throw new BootException("kernel is compressed with gzip: a plain Image is needed");
    }
    if (file.length < HEADER_BYTES) {
      throw new BootException(
          "kernel of " + file.length + " bytes is shorter than the header of an Image");
    }
    if (!startsWith(file, MAGIC_AT, MAGIC) || !startsWith(file, MAGIC2_AT, MAGIC2)) {
      throw new BootException("kernel is no RISC-V Image: its header has no magic number");
    }
    ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if ((header.getLong(FLAGS_AT) & FLAG_BIG_ENDIAN) != 0) {
      throw new BootException("kernel is big-endian");
    }
    long textOffset = header.getLong(TEXT_OFFSET_AT);
    if (textOffset < 0 || textOffset % BootLayout.KERNEL_ALIGNMENT_BYTES != 0) {
      throw new BootException(String.format("kernel has text_offset 0x%x", textOffset));
    }
    long imageSize = header.getLong(IMAGE_SIZE_AT);
    if (imageSize < file.length) {
      throw new BootException(
          "kernel file of " + file.length + " bytes is larger than its image_size " + imageSize);
    }
    return new KernelImage(file, textOffset, imageSize);
  }

  /** Nothing to boot: of a machine that goes on from a saved state. */
  public static KernelImage none() {
    return new KernelImage(new byte[0], 0, 0);
  }

  private static boolean startsWith(byte[] file, int at, byte[] magic) {
    return file.length >= at + magic.length
        && Arrays.equals(file, at, at + magic.length, magic, 0, magic.length);
  }

  /** The file. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the kernel wants to be, counted from the start of RAM. */
  public long textOffset() {
    return textOffset;
  }

  /** Bytes of RAM that belong to the kernel from its load address on, BSS included. */
  public long memoryBytes() {
    return memoryBytes;
  }
}
