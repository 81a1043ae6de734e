package lockstep.vmm.machine.boot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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
  private static final long MAGIC = 0x56_4353_4952L; // "RISCV"
  private static final int MAGIC2 = 0x05_43_53_52; // "RSC", 5
  private static final short GZIP_MAGIC = (short) 0x8b1f;

  private final ByteBuffer file;
  private final long textOffset;
  private final long memoryBytes;

  private KernelImage(ByteBuffer file, long textOffset, long memoryBytes) {
    this.file = file;
    this.textOffset = textOffset;
    this.memoryBytes = memoryBytes;
  }

  /**
   * Checks the header of a file, all that {@code content} has left. It is kept, not copied.
   *
   * @throws BootException if the file is not such an Image
   */
  public static KernelImage parse(ByteBuffer content) throws BootException {
    ByteBuffer file = content.slice();
    ByteBuffer header = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int length = file.remaining();
    if (length >= Short.BYTES && header.getShort(0) == GZIP_MAGIC) {
      throw new BootException("kernel is compressed with gzip: a plain Image is needed");
    }
    if (length < HEADER_BYTES) {
      throw new BootException(
          "kernel of " + length + " bytes is shorter than the header of an Image");
    }
    if (header.getLong(MAGIC_AT) != MAGIC || header.getInt(MAGIC2_AT) != MAGIC2) {
      throw new BootException("kernel is no RISC-V Image: its header has no magic number");
    }
    if ((header.getLong(FLAGS_AT) & FLAG_BIG_ENDIAN) != 0) {
      throw new BootException("kernel is big-endian");
    }
    long textOffset = header.getLong(TEXT_OFFSET_AT);
    if (textOffset < 0 || textOffset % BootLayout.KERNEL_ALIGNMENT_BYTES != 0) {
      throw new BootException(String.format("kernel has text_offset 0x%x", textOffset));
    }
    long imageSize = header.getLong(IMAGE_SIZE_AT);
    if (imageSize < length) {
      throw new BootException(
          "kernel file of " + length + " bytes is larger than its image_size " + imageSize);
    }
    return new KernelImage(file, textOffset, imageSize);
  }

  /** Nothing to boot: of a machine that goes on from a saved state. */
  public static KernelImage none() {
    return new KernelImage(ByteBuffer.allocate(0), 0, 0);
  }

  /** The file, from position 0 to its end. */
  ByteBuffer file() {
    return file.duplicate();
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
