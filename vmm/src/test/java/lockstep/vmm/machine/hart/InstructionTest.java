package lockstep.vmm.machine.hart;

import static lockstep.vmm.machine.hart.LoneHart.RETIRED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import lockstep.vmm.machine.isa.Extension;
import lockstep.vmm.machine.isa.Format;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Instruction;
import lockstep.vmm.machine.isa.InstructionTable;
import lockstep.vmm.machine.isa.Op;
import org.junit.jupiter.api.Test;

/** Every row of the table is executed, as what its name says, under every rounding mode. */
final class InstructionTest {
  private static final int RD = 10;
  private static final int RS1 = 11;
  private static final int RS2 = 12;
  private static final int INEXACT = 1;
  private static final int OPERANDS = 60;

  private static long immediateFor(Format format) {
    return switch (format) {
      case B, J -> 8;
      case CSR, CSR_IMM -> LoneHart.CSR_MSCRATCH;
      default -> 0;
    };
  }

  private static int wordOf(Instruction row, int immediate) {
    return Words.encoded(row.op(), RD, RS1, RS2, immediate);
  }

  private static long expectedEnd(int op) {
    return switch (op) {
      case Op.ECALL -> Cause.ECALL_FROM_MACHINE;
      case Op.EBREAK -> Cause.BREAKPOINT;
      default -> RETIRED;
    };
  }

  @Test
  void everyRowIsExecuted() {
    for (Instruction row : InstructionTable.all()) {
      LoneHart hart = new LoneHart();
      hart.set(RS1, LoneHart.DATA);
      int word = wordOf(row, (int) immediateFor(row.format()));
      assertEquals(expectedEnd(row.op()), hart.step(word), row.mnemonic());
    }
  }

  @Test
  void anIllegalRoundingModeIsIllegalForWhateverRounds() {
    List<Instruction> rounding =
        InstructionTable.all().stream().filter(row -> row.format().hasRoundingMode()).toList();
    assertEquals(36, rounding.size());
    LoneHart hart = new LoneHart();
    for (int flags = 0; flags <= INEXACT; flags++) {
      for (int frm = 0; frm < 8; frm++) {
        hart.writeCsr(LoneHart.CSR_FCSR, frm << 5 | flags);
        for (Instruction row : rounding) {
          for (int rm = 0; rm < 8; rm++) {
            boolean legal = (rm == FloatUnit.DYNAMIC ? frm : rm) <= 4;
            String what = row.mnemonic() + " with rm " + rm + ", frm " + frm;
            int word = wordOf(row, rm);
            assertEquals(legal ? RETIRED : Cause.ILLEGAL_INSTRUCTION, hart.step(word), what);
            if (!legal) {
              assertEquals(word & 0xffff_ffffL, hart.readCsr(0x343), "mtval");
            }
          }
        }
      }
    }
  }

  @Test
  void theSpecialFormsOfSlotsStandForWhatTheyWereMadeFrom() {
    for (Instruction row : InstructionTable.all()) {
      for (int rm = 0; rm < 8; rm++) {
        int form = SlotOp.ofArithmetic(row.op(), rm);
        assertEquals(row.op(), SlotOp.instructionOf(form), row.mnemonic());
      }
    }
  }

  @Test
  void integerInstructionsComputeWhatTheirNamesSay() {
    Random random = new Random(1);
    LoneHart hart = new LoneHart();
    int rows = 0;
    for (Instruction row : InstructionTable.all()) {
      boolean computes =
          row.format() == Format.R || row.format() == Format.R1 || row.format() == Format.SHIFT;
      boolean immediate = row.format() == Format.I && row.extension() == Extension.I;
      if (!computes && !immediate) {
        continue;
      }
      rows++;
      for (int i = 0; i < OPERANDS; i++) {
        long a = operand(random);
        long b = operand(random);
        int constant = constantFor(row, random);
        hart.set(RS1, a);
        hart.set(RS2, b);
        assertEquals(RETIRED, hart.step(wordOf(row, constant)), row.mnemonic());
        boolean register = row.format() == Format.R;
        long expected = IntegerOracle.result(row.mnemonic(), a, register ? b : constant);
        assertEquals(expected, hart.x(RD), () -> row.mnemonic() + " of " + a + " and " + b);
      }
    }
    assertEquals(81, rows);
  }

  private static int constantFor(Instruction row, Random random) {
    if (row.format() == Format.I) {
      return random.nextInt(1 << 12) - (1 << 11);
    }
    boolean word = (row.mask() >>> 25 & 1) != 0;
    return row.format() == Format.SHIFT ? random.nextInt(word ? 32 : 64) : 0;
  }

  private static long operand(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(5) - 2;
      case 1 -> Long.MIN_VALUE + random.nextInt(2);
      case 2 -> random.nextInt();
      case 3 -> Integer.MIN_VALUE + random.nextInt(2);
      default -> random.nextLong();
    };
  }

  @Test
  void writesToX0AreLost() {
    LoneHart hart = new LoneHart();
    hart.set(RS1, 77);
    assertEquals(RETIRED, hart.step(Words.encoded(Op.ADDI, Insn.DISCARD, RS1, 0, 1)));
    assertEquals(0, hart.x(0));
  }
}
