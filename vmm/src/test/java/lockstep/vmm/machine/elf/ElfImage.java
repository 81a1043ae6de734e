package lockstep.vmm.machine.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import lockstep.vmm.machine.memory.PhysicalMemory;

/** A small ELF: code at the start of RAM, and the symbols tohost and fromhost. */
final class ElfImage {
  static final long ENTRY = PhysicalMemory.RAM_BASE;
  static final long TOHOST = PhysicalMemory.RAM_BASE + 0x1000;
  static final long FROMHOST = PhysicalMemory.RAM_BASE + 0x1040;

  private static final int SEGMENT = 64;
  private static final int CODE = 128;
  private static final int STRINGS = 256;
  private static final int SYMBOLS = 288;
  private static final int SECTIONS = 384;
  private static final int FILE_BYTES = SECTIONS + 3 * 64;

  private static final String NAMES = "\0tohost\0fromhost\0";

  private ElfImage() {}

  static byte[] of(long tohost, long fromhost, int... code) {
    ByteBuffer elf = ByteBuffer.allocate(FILE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(0, 0x464c_457f).put(4, (byte) 2).put(5, (byte) 1).putShort(18, (short) 243);
    elf.putLong(24, ENTRY).putLong(32, SEGMENT).putLong(40, SECTIONS);
    elf.putShort(56, (short) 1).putShort(60, (short) 3);
    elf.putInt(SEGMENT, 1).putLong(SEGMENT + 8, CODE).putLong(SEGMENT + 24, ENTRY);
    elf.putLong(SEGMENT + 32, 4L * code.length).putLong(SEGMENT + 40, 0x2000);
    for (int i = 0; i < code.length; i++) {
      elf.putInt(CODE + 4 * i, code[i]);
    }
    elf.put(STRINGS, NAMES.getBytes(StandardCharsets.US_ASCII));
    elf.putInt(SYMBOLS + 24, 1).putLong(SYMBOLS + 32, tohost);
    elf.putInt(SYMBOLS + 48, 8).putLong(SYMBOLS + 56, fromhost);
    section(elf, 1, 2, SYMBOLS, 72, 2);
    section(elf, 2, 3, STRINGS, NAMES.length(), 0);
    return elf.array();
  }

  private static void section(ByteBuffer elf, int index, int type, int at, int bytes, int link) {
    int header = SECTIONS + 64 * index;
    elf.putInt(header + 4, type).putLong(header + 24, at).putLong(header + 32, bytes);
    elf.putInt(header + 40, link);
  }
}
