package lockstep.tools.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An image that is not raw, told by its own header.
 *
 * <p>Such a file may name others, by any path, from which QEMU would read the disk: whoever has
 * made the file would choose which of this host's files become readable in a guest. So one that
 * does is refused, and that before {@code qemu-img} gets to see it: older ones open such files for
 * just telling what an image is.
 *
 * @param driver QEMU's name of the format
 */
record ForeignImage(Path path, String driver) {
  private static final int HEADER_BYTES_MAX = 16 << 10;

  // docs/interop/qcow2.txt of QEMU; big endian.
  private static final int QCOW_MAGIC = 0x514649fb;
  private static final int QCOW_VERSION = 4;
  private static final int QCOW_BACKING_FILE_OFFSET = 8;
  private static final int QCOW_CRYPT_METHOD = 32;
  private static final int QCOW_INCOMPATIBLE_FEATURES = 72;
  private static final int QCOW_HEADER_BYTES = 80;
  private static final long QCOW_EXTERNAL_DATA_FILE = 1 << 2;

  // "Virtual Disk Format" of VMware, hosted sparse extents; little endian.
  private static final int VMDK_MAGIC = 0x4b444d56;
  private static final int VMDK_CAPACITY = 12;
  private static final int VMDK_HEADER_BYTES = 512;
  private static final String VMDK_PARENT = "parentFileNameHint";

  private static final int VHDX_MAGIC = 0x76686478;

  /**
   * Empty if the file is none of those, and so is taken as it is.
   *
   * @throws IOException if it depends on other files, or is encrypted
   */
  static Optional<ForeignImage> of(Path path) throws IOException {
    ByteBuffer header;
    try (InputStream in = Files.newInputStream(path)) {
      header = ByteBuffer.wrap(in.readNBytes(HEADER_BYTES_MAX));
    }
    if (header.remaining() < Integer.BYTES) {
      return Optional.empty();
    }
    return switch (header.getInt(0)) {
      case QCOW_MAGIC -> Optional.of(qcow2(path, header));
      case VMDK_MAGIC -> Optional.of(vmdk(path, header));
      case VHDX_MAGIC -> Optional.of(new ForeignImage(path, "vhdx")); // QEMU knows no parents there
      default -> Optional.empty();
    };
  }

  private static ForeignImage qcow2(Path path, ByteBuffer header) throws IOException {
    requireLength(path, header, QCOW_HEADER_BYTES);
    int version = header.getInt(QCOW_VERSION);
    if (version != 2 && version != 3) {
      throw new IOException(path + " is QCOW version " + version + "; 2 and 3 are known");
    }
    if (header.getLong(QCOW_BACKING_FILE_OFFSET) != 0) {
      throw refused(path, "it has a backing file");
    }
    boolean external =
        version == 3 && (header.getLong(QCOW_INCOMPATIBLE_FEATURES) & QCOW_EXTERNAL_DATA_FILE) != 0;
    if (external) {
      throw refused(path, "its data is in another file");
    }
    if (header.getInt(QCOW_CRYPT_METHOD) != 0) {
      throw refused(path, "it is encrypted");
    }
    return new ForeignImage(path, "qcow2");
  }

  private static ForeignImage vmdk(Path path, ByteBuffer header) throws IOException {
    requireLength(path, header, VMDK_HEADER_BYTES);
    if (header.order(ByteOrder.LITTLE_ENDIAN).getLong(VMDK_CAPACITY) == 0) {
      throw refused(path, "its data is in other files");
    }
    if (StandardCharsets.ISO_8859_1.decode(header).toString().contains(VMDK_PARENT)) {
      throw refused(path, "it has a parent");
    }
    return new ForeignImage(path, "vmdk");
  }

  private static void requireLength(Path path, ByteBuffer header, int bytes) throws IOException {
    if (header.remaining() < bytes) {
      throw new IOException(path + " is cut short");
    }
  }

  private static IOException refused(Path path, String why) {
    return new IOException(
        path + " can't be imported: " + why + "; make a whole one of it (qemu-img convert)");
  }
}
