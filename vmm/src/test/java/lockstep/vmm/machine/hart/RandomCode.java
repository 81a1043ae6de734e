package lockstep.vmm.machine.hart;

import static lockstep.vmm.machine.hart.Words.encoded;

import java.util.List;
import java.util.Random;
import lockstep.vmm.machine.isa.Decoder;
import lockstep.vmm.machine.isa.Extension;
import lockstep.vmm.machine.isa.Format;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Instruction;
import lockstep.vmm.machine.isa.InstructionTable;
import lockstep.vmm.machine.isa.Op;

/**
 * Random instructions, 4 bytes at a time. They write x5 to x15 only; x16 to x27 are addresses, and
 * x28 to x31 what is worth storing, see {@link RandomGuest}.
 */
final class RandomCode {
  static final int FIRST_ADDRESS = 16;
  static final int LAST_ADDRESS = 27;
  static final int TABLE_ENTRY = 28;
  static final int CODE_WORDS = 29;
  static final int SATP = 30;
  static final int CODE_ADDRESS = 31;

  private static final int FIRST_TARGET = 5;
  private static final int LAST_TARGET = 15;

  private static final int FFLAGS = 0x001;
  private static final int FRM = 0x002;
  private static final int SSTATUS = 0x100;
  private static final int SSCRATCH = 0x140;
  private static final int SEPC = 0x141;
  private static final int SIP = 0x144;
  private static final int CSR_SATP = 0x180;
  private static final int MSTATUS = 0x300;
  private static final int MPRV_PAGE = 0x20;
  private static final int[] STATUS_PAGES = {0x40, 0x40, 0x40, 0xc0, 0x4, 0x6};
  private static final int[] READABLE = {0x001, 0x003, 0xc00, 0xc01, 0xc02, SSTATUS, SEPC, 0x142};
  private static final int PMPADDR1 = 0x3b1;

  private static final int[] SYSTEM_OPS = {
    Op.ECALL, Op.ECALL, Op.ECALL, Op.EBREAK, Op.WFI, Op.SRET, Op.MRET
  };

  private static final List<Instruction> COMPUTING =
      InstructionTable.all().stream().filter(RandomCode::computes).toList();
  private static final List<Instruction> FLOATING =
      InstructionTable.all().stream()
          .filter(row -> row.extension() == Extension.F || row.extension() == Extension.D)
          .filter(row -> row.format() != Format.F_LOAD && row.format() != Format.F_STORE)
          .toList();

  private final Random random;

  RandomCode(Random random) {
    this.random = random;
  }

  private static boolean computes(Instruction row) {
    return switch (row.format()) {
      case R, R1, SHIFT, I, U -> true;
      default -> false;
    };
  }

  private int pick(int... values) {
    return values[random.nextInt(values.length)];
  }

  private int target() {
    return FIRST_TARGET + random.nextInt(LAST_TARGET - FIRST_TARGET + 1);
  }

  private int address() {
    return FIRST_ADDRESS + random.nextInt(LAST_ADDRESS - FIRST_ADDRESS + 1);
  }

  /** The next 4 bytes of code: an instruction, or two compressed ones. */
  int next() {
    int dice = random.nextInt(100);
    if (dice < 28) {
      return computing();
    } else if (dice < 50) {
      return loadOrStore();
    } else if (dice < 57) {
      return encoded(Op.SD, 0, address(), TABLE_ENTRY, 8 * random.nextInt(4));
    } else if (dice < 61) {
      return encoded(pick(Op.SW, Op.SD, Op.SH), 0, address(), CODE_WORDS, 4 * random.nextInt(8));
    } else if (dice < 69) {
      int op = pick(Op.BEQ, Op.BNE, Op.BLT, Op.BGE, Op.BLTU, Op.BGEU);
      return encoded(op, 0, target(), target(), distance());
    } else if (dice < 72) {
      return encoded(Op.JAL, pick(0, FIRST_TARGET), 0, 0, 4 * (random.nextInt(2500) - 1200));
    } else if (dice < 74) {
      int register = pick(CODE_ADDRESS, CODE_ADDRESS, CODE_ADDRESS, address());
      return encoded(Op.JALR, pick(0, FIRST_TARGET), register, 0, 4 * random.nextInt(16));
    } else if (dice < 80) {
      return atomic();
    } else if (dice < 88) {
      return floating();
    } else if (dice < 93) {
      return system();
    } else if (dice < 97) {
      return compressed() | compressed() << 16;
    } else {
      return anything();
    }
  }

  private int distance() {
    return random.nextInt(20) == 0 ? 4 * (random.nextInt(1000) - 500) : 4 * random.nextInt(1, 12);
  }

  private int computing() {
    Instruction row = COMPUTING.get(random.nextInt(COMPUTING.size()));
    int immediate =
        switch (row.format()) {
          case SHIFT -> random.nextInt((row.mask() >>> 25 & 1) != 0 ? 32 : 64);
          case U -> random.nextInt() & 0xffff_f000;
          default -> random.nextInt(1 << 12) - (1 << 11);
        };
    return encoded(row.op(), target(), random.nextInt(32), random.nextInt(32), immediate);
  }

  private int loadOrStore() {
    int op =
        switch (random.nextInt(5)) {
          case 0, 1 -> Op.LB + random.nextInt(Op.LWU - Op.LB + 1);
          case 2, 3 -> Op.SB + random.nextInt(Op.SD - Op.SB + 1);
          default -> pick(Op.FLW, Op.FLD, Op.FSW, Op.FSD);
        };
    int offset =
        switch (random.nextInt(10)) {
          case 0 -> random.nextInt(1 << 12) - (1 << 11);
          case 1, 2 -> random.nextInt(144) - 16;
          default -> 8 * random.nextInt(16);
        };
    return encoded(op, target(), address(), random.nextInt(32), offset);
  }

  private int atomic() {
    int op =
        random.nextInt(3) == 0
            ? pick(Op.LR_W, Op.LR_D, Op.SC_W, Op.SC_D)
            : Op.AMOSWAP_W + random.nextInt(Op.AMOMAXU_D - Op.AMOSWAP_W + 1);
    return encoded(op, target(), address(), pick(TABLE_ENTRY, CODE_WORDS, target()), 0);
  }

  private int floating() {
    Instruction row = FLOATING.get(random.nextInt(FLOATING.size()));
    int rm = random.nextInt(10) == 0 ? pick(5, 6) : pick(0, 0, 1, 2, 3, 4, 7);
    int third = row.format() == Format.FFFF_RM ? random.nextInt(32) << 8 : 0;
    return encoded(row.op(), target(), random.nextInt(32), random.nextInt(32), third | rm);
  }

  private int system() {
    return switch (random.nextInt(16)) {
      case 0, 1 -> encoded(Op.SFENCE_VMA, 0, pick(0, address()), 0, 0);
      case 2 -> encoded(pick(Op.FENCE_I, Op.FENCE), 0, 0, 0, 0);
      case 3 -> encoded(pick(SYSTEM_OPS), 0, 0, 0, 0);
      case 4, 5 -> encoded(Op.LUI, FIRST_TARGET, 0, 0, pick(STATUS_PAGES) << 12);
      case 6, 7 -> encoded(pick(Op.CSRRS, Op.CSRRC), 0, FIRST_TARGET, 0, SSTATUS);
      case 8 -> encoded(Op.CSRRW, 0, SATP, 0, CSR_SATP);
      case 9 -> encoded(Op.CSRRWI, target(), random.nextInt(32), 0, pick(FFLAGS, FRM));
      case 10 -> encoded(Op.LUI, FIRST_TARGET, 0, 0, MPRV_PAGE << 12);
      case 11 -> encoded(Op.CSRRS, 0, FIRST_TARGET, 0, MSTATUS);
      case 12 -> encoded(Op.CSRRW, target(), CODE_ADDRESS, 0, pick(SEPC, SSCRATCH));
      case 13 -> encoded(Op.CSRRSI, target(), 2, 0, SIP);
      case 14 ->
          random.nextInt(6) == 0
              ? encoded(Op.CSRRW, 0, pick(SATP, target()), 0, PMPADDR1)
              : encoded(Op.CSRRS, 0, FIRST_TARGET, 0, SSTATUS);
      default -> encoded(Op.CSRRS, target(), 0, 0, pick(READABLE));
    };
  }

  private int compressed() {
    while (true) {
      int half = random.nextInt(1 << 16);
      if (!Decoder.isLong(half) && isTame(Decoder.decode(half))) {
        return half;
      }
    }
  }

  private int anything() {
    while (true) {
      int word = random.nextInt();
      if (isTame(Decoder.decode(word))) {
        return word;
      }
    }
  }

  /** Whether an instruction writes no register and no CSR that has to keep what it has. */
  private static boolean isTame(long insn) {
    int op = Insn.op(insn);
    if (op == Op.ILLEGAL) {
      return true;
    }
    boolean csr = op >= Op.CSRRW && op <= Op.CSRRCI;
    int rd = Insn.rd(insn);
    boolean free = rd == Insn.DISCARD || (rd >= FIRST_TARGET && rd <= LAST_TARGET);
    return !csr && (free || !InstructionTable.of(op).format().writesX());
  }
}
