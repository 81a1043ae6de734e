package lockstep.vmm.machine.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Numbers, rows, formats, decoder and disassembler tell one story. */
final class TableTest {
  private static final int WORDS_A_ROW = 200;

  private static Map<String, Integer> numbers() throws IllegalAccessException {
    Map<String, Integer> numbers = new HashMap<>();
    for (Field field : Op.class.getDeclaredFields()) {
      if (field.getType() == int.class
          && !field.getName().equals("COUNT")
          && !field.getName().equals("ILLEGAL")) {
        numbers.put(field.getName(), field.getInt(null));
      }
    }
    return numbers;
  }

  @Test
  void everyNumberHasTheRowOfItsName() throws IllegalAccessException {
    Map<String, Integer> numbers = numbers();
    assertEquals(Op.COUNT - 1, numbers.size());
    assertEquals(Op.COUNT - 1, InstructionTable.all().size());
    numbers.forEach(
        (name, op) -> {
          Instruction row = InstructionTable.of(op);
          assertEquals(op, row.op());
          assertEquals(name, row.mnemonic().replace('.', '_').toUpperCase(Locale.ROOT));
          assertEquals(row, InstructionTable.all().get(op - 1));
        });
  }

  @Test
  void noWordIsTwoInstructions() {
    for (Instruction a : InstructionTable.all()) {
      assertEquals(3, a.match() & a.mask() & 3, a.mnemonic());
      assertEquals(0, a.match() & ~a.mask(), a.mnemonic());
      for (Instruction b : InstructionTable.all()) {
        boolean alike = ((a.match() ^ b.match()) & a.mask() & b.mask()) == 0;
        assertEquals(a == b, alike, a.mnemonic() + " and " + b.mnemonic());
      }
    }
  }

  @Test
  void whatIsEncodedDecodesToTheSameAndBack() {
    Random random = new Random(1);
    for (Instruction row : InstructionTable.all()) {
      for (int i = 0; i < WORDS_A_ROW; i++) {
        int word = row.match() | random.nextInt() & ~row.mask();
        long insn = Decoder.decode(word);
        assertEquals(row.op(), Insn.op(insn), row.mnemonic());
        assertEquals(2, Insn.slots(insn));
        assertRegistersValid(row, insn);
        assertEquals(
            word & ~ignoredBits(row), row.format().encode(row.match(), insn), row.mnemonic());
      }
    }
  }

  /** What an instruction may hold beside its operands. */
  private static int ignoredBits(Instruction row) {
    return switch (row.format()) {
      case LR, AMO -> 3 << 25; // aq and rl: everything is in order here
      case NONE -> ~row.mask(); // of the fences, likewise
      default -> 0;
    };
  }

  private static void assertRegistersValid(Instruction row, long insn) {
    assertTrue(Insn.rd(insn) < 32 || Insn.rd(insn) == Insn.DISCARD);
    assertTrue(!row.format().writesX() || Insn.rd(insn) != 0, "x0 is never written");
    assertTrue(Insn.rs1(insn) < 32 && Insn.rs2(insn) < 32 && Insn.rs3(insn) < 1 << 24);
  }

  @Test
  void roundingModesAreWhereTheFormatSaysSo() {
    for (Instruction row : InstructionTable.all()) {
      boolean free = (row.mask() & 0x7000) == 0;
      boolean upper = row.format() == Format.U || row.format() == Format.J;
      assertEquals(free && !upper, row.format().hasRoundingMode(), row.mnemonic());
      if (row.format().hasRoundingMode()) {
        long insn = Decoder.decode(row.match() | 5 << 12);
        assertEquals(5, Insn.rm(insn), row.mnemonic());
      }
    }
  }

  @Test
  void theDisassemblerBeginsWithTheMnemonic() {
    for (Instruction row : InstructionTable.all()) {
      String text = Disassembler.text(row.match(), 0x1000);
      assertEquals(row.mnemonic(), text.split(" ")[0]);
    }
  }

  @Test
  void extensionsAreRunsOfNumbers() {
    Set<Extension> ended = new HashSet<>();
    Extension last = Extension.I;
    for (Instruction row : InstructionTable.all()) {
      if (row.extension() != last) {
        ended.add(last);
        last = row.extension();
      }
      assertTrue(!ended.contains(last), row.mnemonic());
    }
  }

  @Test
  void everyCompressedRowStandsForAnInstruction() {
    Set<String> met = new HashSet<>();
    for (int half = 0; half < 1 << 16; half++) {
      if (!Decoder.isLong(half)) {
        long insn = Decoder.decode(half);
        assertEquals(1, Insn.slots(insn));
        assertTrue(Insn.rd(insn) < 32 || Insn.rd(insn) == Insn.DISCARD);
        for (CompressedTable.Row row : CompressedTable.all()) {
          if ((half & row.mask()) == row.match() && Insn.op(insn) == row.op()) {
            met.add(row.mnemonic());
          }
        }
      }
    }
    assertEquals(CompressedTable.all().size(), met.size(), () -> "only " + met);
    assertNotEquals(0, met.size());
    assertEquals(Op.ILLEGAL, Insn.op(Decoder.decode(0)), "all zeroes is illegal by definition");
  }

  @Test
  void wordsOfNoRowAreIllegal() {
    Random random = new Random(2);
    for (int i = 0; i < 200_000; i++) {
      int word = random.nextInt() | 3;
      long known =
          InstructionTable.all().stream().filter(row -> (word & row.mask()) == row.match()).count();
      int op = Insn.op(Decoder.decode(word));
      assertEquals(known == 0, op == Op.ILLEGAL);
      assertTrue(known <= 1);
    }
  }
}
