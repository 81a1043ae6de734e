package lockstep.vmm.machine.isa;

import java.util.Comparator;
import java.util.List;

/** The 16-bit instructions (RV64C and RV64DC), each standing for a 32-bit one. */
public final class CompressedTable {
  /**
   * A row of the table.
   *
   * @param op the instruction that this one stands for
   */
  public record Row(String mnemonic, CompressedFormat format, int match, int mask, int op) {}

  private static final List<Row> ROWS =
      List.of(
          new Row("c.addi4spn", CompressedFormat.CIW, 0x0000, 0xe003, Op.ADDI),
          new Row("c.fld", CompressedFormat.CL_DOUBLE, 0x2000, 0xe003, Op.FLD),
          new Row("c.lw", CompressedFormat.CL_WORD, 0x4000, 0xe003, Op.LW),
          new Row("c.ld", CompressedFormat.CL_DOUBLE, 0x6000, 0xe003, Op.LD),
          new Row("c.fsd", CompressedFormat.CS_DOUBLE, 0xa000, 0xe003, Op.FSD),
          new Row("c.sw", CompressedFormat.CS_WORD, 0xc000, 0xe003, Op.SW),
          new Row("c.sd", CompressedFormat.CS_DOUBLE, 0xe000, 0xe003, Op.SD),
          new Row("c.addi", CompressedFormat.CI, 0x0001, 0xe003, Op.ADDI),
          new Row("c.addiw", CompressedFormat.CI_NONZERO_RD, 0x2001, 0xe003, Op.ADDIW),
          new Row("c.li", CompressedFormat.CI_LI, 0x4001, 0xe003, Op.ADDI),
          new Row("c.addi16sp", CompressedFormat.CI_ADDI16SP, 0x6101, 0xef83, Op.ADDI),
          new Row("c.lui", CompressedFormat.CI_LUI, 0x6001, 0xe003, Op.LUI),
          new Row("c.srli", CompressedFormat.CB_SHIFT, 0x8001, 0xec03, Op.SRLI),
          new Row("c.srai", CompressedFormat.CB_SHIFT, 0x8401, 0xec03, Op.SRAI),
          new Row("c.andi", CompressedFormat.CB_ANDI, 0x8801, 0xec03, Op.ANDI),
          new Row("c.sub", CompressedFormat.CA, 0x8c01, 0xfc63, Op.SUB),
          new Row("c.xor", CompressedFormat.CA, 0x8c21, 0xfc63, Op.XOR),
          new Row("c.or", CompressedFormat.CA, 0x8c41, 0xfc63, Op.OR),
          new Row("c.and", CompressedFormat.CA, 0x8c61, 0xfc63, Op.AND),
          new Row("c.subw", CompressedFormat.CA, 0x9c01, 0xfc63, Op.SUBW),
          new Row("c.addw", CompressedFormat.CA, 0x9c21, 0xfc63, Op.ADDW),
          new Row("c.j", CompressedFormat.CJ, 0xa001, 0xe003, Op.JAL),
          new Row("c.beqz", CompressedFormat.CB_BRANCH, 0xc001, 0xe003, Op.BEQ),
          new Row("c.bnez", CompressedFormat.CB_BRANCH, 0xe001, 0xe003, Op.BNE),
          new Row("c.slli", CompressedFormat.CI_SLLI, 0x0002, 0xe003, Op.SLLI),
          new Row("c.fldsp", CompressedFormat.CI_FLDSP, 0x2002, 0xe003, Op.FLD),
          new Row("c.lwsp", CompressedFormat.CI_LWSP, 0x4002, 0xe003, Op.LW),
          new Row("c.ldsp", CompressedFormat.CI_LDSP, 0x6002, 0xe003, Op.LD),
          new Row("c.jr", CompressedFormat.CR_JR, 0x8002, 0xf07f, Op.JALR),
          new Row("c.mv", CompressedFormat.CR_MV, 0x8002, 0xf003, Op.ADD),
          new Row("c.ebreak", CompressedFormat.CR_EBREAK, 0x9002, 0xffff, Op.EBREAK),
          new Row("c.jalr", CompressedFormat.CR_JALR, 0x9002, 0xf07f, Op.JALR),
          new Row("c.add", CompressedFormat.CR_ADD, 0x9002, 0xf003, Op.ADD),
          new Row("c.fsdsp", CompressedFormat.CSS_DOUBLE, 0xa002, 0xe003, Op.FSD),
          new Row("c.swsp", CompressedFormat.CSS_WORD, 0xc002, 0xe003, Op.SW),
          new Row("c.sdsp", CompressedFormat.CSS_DOUBLE, 0xe002, 0xe003, Op.SD));

  private CompressedTable() {}

  public static List<Row> all() {
    return ROWS;
  }

  /** Rows with more fixed bits come first: they are exceptions from those behind them. */
  static List<Row> mostSpecificFirst() {
    return ROWS.stream()
        .sorted(Comparator.comparingInt((Row row) -> -Integer.bitCount(row.mask)))
        .toList();
  }
}
