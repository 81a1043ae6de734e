package lockstep.vmm.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Op;
import org.junit.jupiter.api.Test;

final class WordsTest {
  private static final int A = 10;
  private static final int B = 11;
  private static final int C = 12;

  private static int set(int... registers) {
    int set = Words.NONE;
    for (int register : registers) {
      set |= 1 << register;
    }
    return set;
  }

  private static int after(int op, int rd, int rs1, int rs2, int immediate, int before) {
    return Words.after(Insn.pack(op, 2, rd, rs1, rs2, immediate), before);
  }

  @Test
  void whatComputesOnWordsGivesOneWhateverItsOperandsAre() {
    for (int op : new int[] {Op.ADDW, Op.SUBW, Op.MULW, Op.DIVUW, Op.SLLW, Op.SRLW, Op.SLT}) {
      assertEquals(set(C), after(op, C, A, B, 0, Words.NONE));
    }
    for (int op : new int[] {Op.LW, Op.LHU, Op.LB, Op.ADDIW, Op.SRLIW, Op.LUI}) {
      assertEquals(set(C), after(op, C, A, 0, 4, Words.NONE));
    }
  }

  @Test
  void whatCombinesBitsGivesOneOfTwo() {
    for (int op : new int[] {Op.AND, Op.OR, Op.XOR, Op.ANDN, Op.XNOR}) {
      assertEquals(set(A, B, C), after(op, C, A, B, 0, set(A, B)));
      assertEquals(set(A), after(op, C, A, B, 0, set(A, C)));
      assertEquals(set(B), after(op, C, A, B, 0, set(B, C)));
    }
    assertEquals(set(A, C), after(Op.XORI, C, A, 0, -1, set(A)));
    assertEquals(set(), after(Op.XORI, C, A, 0, -1, set(C)));
  }

  @Test
  void whatMayHaveMoreBitsIsNone() {
    for (int op : new int[] {Op.ADD, Op.SUB, Op.MUL, Op.SLL, Op.SRL, Op.DIV}) {
      assertEquals(set(A, B), after(op, C, A, B, 0, set(A, B, C)));
    }
    for (int op : new int[] {Op.LD, Op.LWU, Op.SLLI, Op.ADDI, Op.JALR, Op.CSRRW}) {
      assertEquals(set(A), after(op, C, A, 0, 4, set(A, C)));
    }
  }

  @Test
  void constantsCopiesAndTheUpperHalfAreWords() {
    assertEquals(set(C), after(Op.ADDI, C, 0, 0, -7, Words.NONE));
    assertEquals(set(A, C), after(Op.ADDI, C, A, 0, 0, set(A)));
    assertEquals(set(B, C), after(Op.ADD, C, 0, B, 0, set(B)));
    assertEquals(set(), after(Op.ADD, C, 0, B, 0, set(C)));
    assertEquals(set(C), after(Op.ANDI, C, A, 0, 2047, Words.NONE));
    assertEquals(set(), after(Op.ANDI, C, A, 0, -8, set(C)));
    assertEquals(set(C), after(Op.SRLI, C, A, 0, 33, Words.NONE));
    assertEquals(set(), after(Op.SRLI, C, A, 0, 32, set(C)));
    assertEquals(set(C), after(Op.SRAI, C, A, 0, 32, Words.NONE));
    assertEquals(set(), after(Op.SRAI, C, A, 0, 31, set(C)));
  }

  @Test
  void aLoopKeepsWhatItsBodyKeepsAndACallNothing() {
    // li a0, 5; loop: addiw a0, a0, -1; bnez a0, loop; jal ra, elsewhere; mv a1, a0; ret
    Region region =
        RegionTest.region(
            0, 0x00500513, 0xfff5051b, 0xfe051ee3, 0x100000ef, 0x00050593, 0x00008067);
    assertEquals(set(A), RegionTest.block(region, 2).wordX);
    assertEquals(set(A), RegionTest.block(region, 6).wordX);
    assertEquals(Words.NONE, RegionTest.block(region, 8).wordX);
  }
}
