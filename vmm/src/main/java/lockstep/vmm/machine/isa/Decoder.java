package lockstep.vmm.machine.isa;

import java.util.ArrayList;
import java.util.List;

/** Decodes an instruction's bits into an {@link Insn}. Built from the tables, once. */
public final class Decoder {
  private static final int KEYS_32 = 1 << 8;
  private static final int KEYS_16 = 1 << 5;
  private static final Instruction[][] BY_KEY_32 = index32();
  private static final CompressedTable.Row[][] BY_KEY_16 = index16();

  private Decoder() {}

  /** Whether the instruction that begins with these 16 bits has 32 (spec, 1.5). */
  public static boolean isLong(int lowHalf) {
    return (lowHalf & 3) == 3;
  }

  /**
   * Decodes an instruction.
   *
   * @param word 32 bits, or 16 with anything above
   * @return an {@link Insn}; {@link Op#ILLEGAL} with the raw bits as immediate for anything that is
   *     not in the tables
   */
  public static long decode(int word) {
    return isLong(word) ? decode32(word) : decode16(word & 0xffff);
  }

  private static long decode32(int word) {
    for (Instruction row : BY_KEY_32[key32(word)]) {
      if ((word & row.mask()) == row.match()) {
        return row.format().decode(row.op(), word);
      }
    }
    return Insn.pack(Op.ILLEGAL, 2, 0, 0, 0, word);
  }

  private static long decode16(int half) {
    for (CompressedTable.Row row : BY_KEY_16[key16(half)]) {
      if ((half & row.mask()) == row.match()) {
        long insn = row.format().decode(row.op(), half);
        if (insn != CompressedFormat.RESERVED) {
          return insn;
        }
        break;
      }
    }
    return Insn.pack(Op.ILLEGAL, 1, 0, 0, 0, half);
  }

  /** Opcode without its two lowest bits, and funct3. */
  private static int key32(int word) {
    return word >>> 2 & 31 | (word >>> 12 & 7) << 5;
  }

  private static int key16(int half) {
    return half & 3 | (half >>> 13 & 7) << 2;
  }

  private static Instruction[][] index32() {
    Instruction[][] index = new Instruction[KEYS_32][];
    for (int key = 0; key < KEYS_32; key++) {
      int word = (key & 31) << 2 | key >>> 5 << 12;
      int keyMask = 0x707c;
      List<Instruction> rows = new ArrayList<>();
      for (Instruction row : InstructionTable.all()) {
        if (((word ^ row.match()) & row.mask() & keyMask) == 0) {
          rows.add(row);
        }
      }
      index[key] = rows.toArray(Instruction[]::new);
    }
    return index;
  }

  private static CompressedTable.Row[][] index16() {
    CompressedTable.Row[][] index = new CompressedTable.Row[KEYS_16][];
    for (int key = 0; key < KEYS_16; key++) {
      int half = key & 3 | key >>> 2 << 13;
      List<CompressedTable.Row> rows = new ArrayList<>();
      for (CompressedTable.Row row : CompressedTable.mostSpecificFirst()) {
        if (((half ^ row.match()) & 0xe003) == 0) {
          rows.add(row);
        }
      }
      index[key] = rows.toArray(CompressedTable.Row[]::new);
    }
    return index;
  }
}
