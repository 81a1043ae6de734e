package lockstep.tools.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/** A loadable kernel module: an ELF relocatable file, packed and signed as Debian ships it. */
final class KernelModule {
  /** The last bytes of a signed module (Linux, include/linux/module_signature.h). */
  private static final byte[] SIGNATURE_MARKER =
      "~Module signature appended~\n".getBytes(StandardCharsets.US_ASCII);

  /**
   * {@code struct module_signature}: algorithm, hash, id type, signer's and key id's length (a byte
   * each), 3 bytes of padding, the signature's length (32 bits, big-endian).
   */
  private static final int SIGNATURE_HEADER_BYTES = 12;

  private static final int ELF_MAGIC = 0x7f454c46;
  private static final String DEPENDS = "depends=";

  private KernelModule() {}

  /** The module's name from its file's: {@code virtio-rng.ko.xz} is {@code virtio_rng}. */
  static String name(Path file) {
    return file.getFileName().toString().replaceFirst("\\.ko(\\.xz)?$", "").replace('-', '_');
  }

  /** The module unpacked, without its signature: nobody checks it, and checking it takes long. */
  static byte[] read(Path file) throws IOException, ImageException {
    byte[] bytes = Files.readAllBytes(file);
    if (file.toString().endsWith(".xz")) {
      try (XZInputStream xz = new XZInputStream(new ByteArrayInputStream(bytes))) {
        bytes = xz.readAllBytes();
      }
    }
    byte[] module = cutSignature(bytes);
    if (module.length < Integer.BYTES || ByteBuffer.wrap(module).getInt() != ELF_MAGIC) {
      throw new ImageException("%s is not a kernel module".formatted(file));
    }
    return module;
  }

  /**
   * The module before its appended signature; the same bytes where there is none.
   *
   * @throws ImageException where the trailer names more bytes than there are
   */
  static byte[] cutSignature(byte[] module) throws ImageException {
    int markerStart = module.length - SIGNATURE_MARKER.length;
    if (markerStart < 0
        || !Arrays.equals(
            module, markerStart, module.length, SIGNATURE_MARKER, 0, SIGNATURE_MARKER.length)) {
      return module;
    }
    int headerStart = markerStart - SIGNATURE_HEADER_BYTES;
    if (headerStart < 0) {
      throw new ImageException("a kernel module's signature is cut off");
    }
    ByteBuffer header =
        ByteBuffer.wrap(module, headerStart, SIGNATURE_HEADER_BYTES)
            .slice()
            .order(ByteOrder.BIG_ENDIAN);
    long signatureBytes =
        Integer.toUnsignedLong(header.getInt(8))
            + Byte.toUnsignedInt(header.get(3))
            + Byte.toUnsignedInt(header.get(4));
    if (signatureBytes > headerStart) {
      throw new ImageException("a kernel module's signature is longer than the module");
    }
    return Arrays.copyOf(module, (int) (headerStart - signatureBytes));
  }

  /**
   * The modules that must be loaded before, from the {@code depends=} string of {@code .modinfo}.
   */
  static List<String> dependencies(byte[] module) throws ImageException {
    String strings =
        new String(ElfSections.section(module, ".modinfo"), StandardCharsets.ISO_8859_1);
    return Stream.of(strings.split("\0"))
        .filter(entry -> entry.startsWith(DEPENDS))
        .flatMap(entry -> Stream.of(entry.substring(DEPENDS.length()).split(",")))
        .filter(name -> !name.isEmpty())
        .map(name -> name.replace('-', '_'))
        .toList();
  }
}
