package lockstep.benchmarks.differential;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Instruction;
import lockstep.vmm.machine.isa.InstructionTable;

/** Writes instructions into memory, one behind the other. */
final class Assembler {
  private static final Map<String, Instruction> BY_NAME =
      InstructionTable.all().stream()
          .collect(Collectors.toMap(Instruction::mnemonic, Function.identity()));

  private final ByteBuffer memory;
  private int at;

  Assembler(byte[] memory, int at) {
    this.memory = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
    this.at = at;
  }

  static int encode(String mnemonic, int rd, int rs1, int rs2, int immediate) {
    Instruction row = BY_NAME.get(mnemonic);
    if (row == null) {
      throw new IllegalArgumentException(mnemonic);
    }
    return row.format().encode(row.match(), Insn.pack(0, 2, rd, rs1, rs2, immediate));
  }

  int at() {
    return at;
  }

  void word(int word) {
    memory.putInt(at, word);
    at += Integer.BYTES;
  }

  void half(int half) {
    memory.putShort(at, (short) half);
    at += Short.BYTES;
  }

  void insn(String mnemonic, int rd, int rs1, int immediate) {
    word(encode(mnemonic, rd, rs1, 0, immediate));
  }

  void branch(String mnemonic, int rs1, int rs2, int distance) {
    word(encode(mnemonic, 0, rs1, rs2, distance));
  }

  void csr(String mnemonic, int rd, int csr, int rs1) {
    word(encode(mnemonic, rd, rs1, 0, csr));
  }

  /** Any constant, in thirteen instructions. */
  void constant(int rd, long value) {
    insn("addi", rd, 0, (int) (value >> 60));
    for (int shift = 50; shift >= 0; shift -= 10) {
      insn("slli", rd, rd, 10);
      insn("ori", rd, rd, (int) (value >>> shift) & 0x3ff);
    }
  }

  /** Any constant into a CSR, by way of x5. */
  void constantCsr(int csr, long value) {
    constant(5, value);
    csr("csrrw", 0, csr, 5);
  }
}
