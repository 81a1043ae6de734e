package lockstep.vmm.machine.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import lockstep.vmm.machine.memory.GuestMemory;

/** A statically linked ELF of 64-bit RISC-V (System V ABI, generic part). */
public final class ElfFile {
  private static final int MAGIC = 0x464c_457f;
  private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
  private static final int MACHINE_RISCV = 243;
  private static final int PT_LOAD = 1;
  private static final int SHT_SYMTAB = 2;
  private static final int HEADER_BYTES = 64;
  private static final int SECTION_BYTES = 64;
  private static final int SEGMENT_BYTES = 56;
  private static final int SYMBOL_BYTES = 24;

  private final ByteBuffer file;

  /**
   * @throws IllegalArgumentException if the bytes are no such ELF
   */
  public ElfFile(byte[] bytes) {
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEADER_BYTES
        || file.getInt(0) != MAGIC
        || file.getShort(4) != CLASS_64_LITTLE_ENDIAN
        || file.getShort(18) != MACHINE_RISCV) {
      throw new IllegalArgumentException("not an ELF of 64-bit RISC-V");
    }
  }

  public long entry() {
    return file.getLong(24);
  }

  /**
   * Copies every loadable segment to its physical address.
   *
   * @throws IllegalArgumentException if one does not fit into RAM, or lies outside of the file
   */
  public void load(GuestMemory memory) {
    int count = file.getShort(56) & 0xffff;
    for (int i = 0; i < count; i++) {
      int header = checked(file.getLong(32) + (long) i * SEGMENT_BYTES, SEGMENT_BYTES);
      if (file.getInt(header) == PT_LOAD) {
        loadSegment(memory, header);
      }
    }
  }

  private void loadSegment(GuestMemory memory, int header) {
    long physical = file.getLong(header + 24);
    long fileBytes = file.getLong(header + 32);
    long memoryBytes = file.getLong(header + 40);
    int offset = checked(file.getLong(header + 8), fileBytes);
    if (memoryBytes < fileBytes || !memory.contains(physical, memoryBytes)) {
      throw new IllegalArgumentException(
          String.format("segment of %d bytes at 0x%x is not RAM", memoryBytes, physical));
    }
    memory.write(physical, file.array(), offset, (int) fileBytes);
    for (long at = physical + fileBytes; at < physical + memoryBytes; at++) {
      memory.store8(at, 0);
    }
  }

  private int checked(long offset, long length) {
    if (offset < 0 || length < 0 || offset > file.limit() || length > file.limit() - offset) {
      throw new IllegalArgumentException("ELF is cut short");
    }
    return (int) offset;
  }

  /** Addresses of all named symbols. */
  public Map<String, Long> symbols() {
    Map<String, Long> symbols = new HashMap<>();
    int count = file.getShort(60) & 0xffff;
    for (int i = 0; i < count; i++) {
      int section = section(i);
      if (file.getInt(section + 4) == SHT_SYMTAB) {
        addSymbols(section, symbols);
      }
    }
    return symbols;
  }

  private int section(int index) {
    return checked(file.getLong(40) + (long) index * SECTION_BYTES, SECTION_BYTES);
  }

  private void addSymbols(int section, Map<String, Long> symbols) {
    long size = file.getLong(section + 32);
    int symbol = checked(file.getLong(section + 24), size);
    int strings = section(file.getInt(section + 40));
    int names = checked(file.getLong(strings + 24), file.getLong(strings + 32));
    for (int end = symbol + (int) size; symbol + SYMBOL_BYTES <= end; symbol += SYMBOL_BYTES) {
      String name = text(names + file.getInt(symbol));
      if (!name.isEmpty()) {
        symbols.put(name, file.getLong(symbol + 8));
      }
    }
  }

  private String text(int from) {
    int end = checked(from, 0);
    while (end < file.limit() && file.get(end) != 0) {
      end++;
    }
    return new String(file.array(), from, end - from, StandardCharsets.UTF_8);
  }
}
