package lockstep.tools.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds a section in a 64-bit little-endian ELF file (System V gABI, chapter 4). */
final class ElfSections {
  private static final int E_SHOFF = 0x28;
  private static final int E_SHENTSIZE = 0x3a;
  private static final int E_SHNUM = 0x3c;
  private static final int E_SHSTRNDX = 0x3e;

  private static final int SH_NAME = 0x00;
  private static final int SH_OFFSET = 0x18;
  private static final int SH_SIZE = 0x20;

  private ElfSections() {}

  /**
   * A section's bytes; none where there is no such section.
   *
   * @throws ImageException where the file contradicts itself
   */
  static byte[] section(byte[] elf, String name) throws ImageException {
    try {
      ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
      int table = Math.toIntExact(file.getLong(E_SHOFF));
      int entryBytes = Short.toUnsignedInt(file.getShort(E_SHENTSIZE));
      int count = Short.toUnsignedInt(file.getShort(E_SHNUM));
      int names = table + Short.toUnsignedInt(file.getShort(E_SHSTRNDX)) * entryBytes;
      int namesOffset = Math.toIntExact(file.getLong(names + SH_OFFSET));
      byte[] wanted = (name + '\0').getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < count; i++) {
        int header = table + i * entryBytes;
        int at = namesOffset + file.getInt(header + SH_NAME);
        if (Arrays.equals(elf, at, at + wanted.length, wanted, 0, wanted.length)) {
          int offset = Math.toIntExact(file.getLong(header + SH_OFFSET));
          int size = Math.toIntExact(file.getLong(header + SH_SIZE));
          return Arrays.copyOfRange(elf, offset, Math.addExact(offset, size));
        }
      }
      return new byte[0];
    } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
      throw new ImageException("a kernel module's section table is damaged", e);
    }
  }
}
