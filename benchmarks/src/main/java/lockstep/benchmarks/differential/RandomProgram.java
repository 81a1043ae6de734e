package lockstep.benchmarks.differential;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import lockstep.vmm.machine.isa.CompressedTable;
import lockstep.vmm.machine.isa.Extension;
import lockstep.vmm.machine.isa.Insn;
import lockstep.vmm.machine.isa.Instruction;
import lockstep.vmm.machine.isa.InstructionTable;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * A program of random instructions, and around them what keeps it going: a prologue that chooses
 * privilege and translation, trap handlers that step over what traps, and page tables, which the
 * program can write to as well as to its own code.
 *
 * <p>RAM is mapped at {@link #VIRTUAL} page by page. An interrupt sends the program to a random
 * place of its code, so that no loop lasts for ever.
 */
final class RandomProgram {
  static final int RAM_BYTES = 2 << 20;

  /** The random instructions: pages and where they are in RAM. */
  static final int CODE = 0x8000;

  static final int CODE_BYTES = 0x3000;

  private static final long PHYSICAL = PhysicalMemory.RAM_BASE;
  private static final long VIRTUAL = 0x4000_0000L;
  private static final int MACHINE_HANDLER = 0xe00;
  private static final int SUPERVISOR_HANDLER = 0x1000;
  private static final int TABLE_2 = 0x2000;
  private static final int TABLE_1 = 0x3000;
  private static final int TABLE_0 = 0x4000;
  private static final int DATA = 0x10000;
  private static final int DATA_BYTES = 0x8000;

  private static final int SSTATUS = 0x100;
  private static final int SIE = 0x104;
  private static final int STVEC = 0x105;
  private static final int SSCRATCH = 0x140;
  private static final int SEPC = 0x141;
  private static final int SCAUSE = 0x142;
  private static final int SIP = 0x144;
  private static final int STIMECMP = 0x14d;
  private static final int SATP = 0x180;
  private static final int MSTATUS = 0x300;
  private static final int MEDELEG = 0x302;
  private static final int MIDELEG = 0x303;
  private static final int MIE = 0x304;
  private static final int MTVEC = 0x305;
  private static final int MCOUNTEREN = 0x306;
  private static final int MENVCFG = 0x30a;
  private static final int MSCRATCH = 0x340;
  private static final int MEPC = 0x341;
  private static final int MCAUSE = 0x342;
  private static final int MIP = 0x344;
  private static final int PMPCFG0 = 0x3a0;
  private static final int PMPADDR0 = 0x3b0;
  private static final int TIME = 0xc01;

  /** NAPOT, readable, writable and executable. */
  private static final int PMP_ALL = 0x1f;

  private static final int[] SIZES = {0x80, 0x100, 0x100, 0x200, 0x200, 0x400, 0x800, 0x2000};

  /** CSRs that random code reads and writes. */
  private static final int[] CSRS = {
    0x001, 0x002, 0x003, SSTATUS, SIE, SSCRATCH, SCAUSE, SIP, SATP, MSCRATCH, MIE, MIP, TIME, 0xc00,
    0xc02, 0x106, 0x143, 0x7c0
  };

  /** Bits of sstatus and mstatus that random code sets and clears: FS, SUM, MXR, MPRV. */
  private static final int[] STATUS_BITS = {0x2000, 0x6000, 0x4_0000, 0x8_0000, 0x2_0000};

  private static final long STCE = 1L << 63;
  private static final int MACHINE_PRIVILEGE = 3;

  /** Registers that point somewhere, and are seldom written. */
  private static final int[] POINTERS = {8, 9, 18, 19, 20, 21, 2};

  private static final int COPY_LOOP_ACCESSES_MAX = 16;
  private static final int COPY_LOOP_BYTES_MAX = (2 * COPY_LOOP_ACCESSES_MAX + 4) * Integer.BYTES;
  private static final int COUNTER = 31;

  private static final long[] INTERESTING = {
    0,
    1,
    -1,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    0x8000_0000L,
    0xffff_ffffL,
    0x7ff0_0000_0000_0000L,
    0x7ff8_0000_0000_0000L,
    0x7ff0_0000_0000_0001L,
    0x3ff0_0000_0000_0000L,
    0x0010_0000_0000_0000L,
    0xffff_ffff_3f80_0000L,
    0xffff_ffff_7f80_0001L,
    0xffff_ffff_0080_0000L,
    1L << 52
  };

  private final SplittableRandom random;
  private final byte[] image = new byte[RAM_BYTES];
  private final boolean paged;

  /** Bytes of code that interrupts lead to, a power of two, and where they begin. */
  private final int size;

  private final int start;
  private final int privilege;
  private final List<Instruction> rows;

  private RandomProgram(long seed) {
    random = new SplittableRandom(seed);
    privilege = new int[] {0, 1, 1, MACHINE_PRIVILEGE}[random.nextInt(4)];
    paged = random.nextInt(8) != 0;
    size = SIZES[random.nextInt(SIZES.length)];
    boolean reachesIntoNextPage = size < PhysicalMemory.PAGE_BYTES && random.nextBoolean();
    start = CODE + (reachesIntoNextPage ? PhysicalMemory.PAGE_BYTES - size : 0);
    boolean floats = random.nextInt(3) == 0;
    boolean bits = random.nextInt(6) == 0;
    rows =
        InstructionTable.all().stream()
            .filter(row -> row.extension() != Extension.PRIVILEGED || random.nextInt(4) == 0)
            .filter(row -> row.extension() != Extension.ZICSR)
            .filter(row -> floats || !isFloat(row.extension()) || random.nextInt(10) == 0)
            .filter(row -> bits || !isBits(row.extension()))
            .toList();
  }

  /** RAM as it is before the first instruction, which is its first word, in M-mode. */
  static byte[] image(long seed) {
    RandomProgram program = new RandomProgram(seed);
    program.write();
    return program.image;
  }

  private static boolean isFloat(Extension extension) {
    return extension == Extension.F || extension == Extension.D;
  }

  private static boolean isBits(Extension extension) {
    return extension == Extension.ZBA || extension == Extension.ZBB || extension == Extension.ZBS;
  }

  private long base() {
    return paged && privilege != MACHINE_PRIVILEGE ? VIRTUAL : PHYSICAL;
  }

  private void write() {
    writeData();
    writeTables();
    writePrologue();
    writeHandler(MACHINE_HANDLER, MSCRATCH, MCAUSE, MEPC, MIP, "mret");
    writeHandler(SUPERVISOR_HANDLER, SSCRATCH, SCAUSE, SEPC, SIP, "sret");
    writeCode();
  }

  private void writeData() {
    ByteBuffer data = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = DATA; at < DATA + DATA_BYTES; at += Long.BYTES) {
      data.putLong(at, value());
    }
  }

  private long value() {
    return switch (random.nextInt(4)) {
      case 0 -> INTERESTING[random.nextInt(INTERESTING.length)];
      case 1 -> random.nextInt(-64, 64);
      case 2 -> random.nextLong() & 0x8fff_ffff_ffff_ffffL | 0x3ff0_0000_0000_0000L;
      default -> random.nextLong();
    };
  }

  private void writeTables() {
    ByteBuffer tables = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    tables.putLong(TABLE_2 + 8 * (int) (VIRTUAL >>> 30), (PHYSICAL + TABLE_1) >>> 2 | 1);
    tables.putLong(TABLE_1, (PHYSICAL + TABLE_0) >>> 2 | 1);
    for (int page = 0; page < RAM_BYTES / PhysicalMemory.PAGE_BYTES; page++) {
      long at = page * (long) PhysicalMemory.PAGE_BYTES;
      boolean code = at >= CODE && at < CODE + CODE_BYTES;
      long bits = code ? 0xb : 7;
      if (code && random.nextInt(3) == 0) {
        bits |= 4;
      }
      boolean user = privilege == 0 || (random.nextInt(8) == 0 && !code);
      if (at == SUPERVISOR_HANDLER) {
        bits = 0xb;
        user = false;
      }
      bits |= user ? 0x10 : 0;
      bits |= random.nextBoolean() ? 0xc0 : random.nextBoolean() ? 0x40 : 0;
      if (at >= DATA && random.nextInt(12) == 0) {
        bits &= ~(random.nextBoolean() ? 1L : 4L);
      }
      tables.putLong(TABLE_0 + 8 * page, (PHYSICAL + at) >>> 2 | bits);
    }
  }

  private void writePrologue() {
    Assembler code = new Assembler(image, 0);
    code.constantCsr(MTVEC, PHYSICAL + MACHINE_HANDLER);
    code.constantCsr(STVEC, base() + SUPERVISOR_HANDLER);
    code.constantCsr(MEDELEG, random.nextBoolean() ? 0 : random.nextInt() & 0xb3ff);
    code.constantCsr(MIDELEG, random.nextBoolean() ? 0x222 : 0);
    code.constantCsr(MENVCFG, STCE);
    code.constantCsr(PMPADDR0, -1);
    code.constantCsr(PMPCFG0, PMP_ALL);
    code.constantCsr(MCOUNTEREN, 7);
    code.constantCsr(0x106, 7);
    code.constantCsr(MIE, random.nextInt(4) == 0 ? 0 : 0xaaa);
    code.constantCsr(STIMECMP, random.nextInt(1, 1000));
    code.constantCsr(SATP, paged ? 8L << 60 | (PHYSICAL + TABLE_2) >>> 12 : 0);
    long status = (long) privilege << 11 | (long) random.nextInt(4) << 13;
    status |= random.nextBoolean() ? 0x4_0000 : 0;
    status |= random.nextBoolean() ? 0x80 | 0x20 : 0;
    code.constantCsr(MSTATUS, status);
    if ((status & 0x6000) != 0 && random.nextInt(3) != 0) {
      code.constantCsr(0x003, random.nextInt(3) == 0 ? random.nextInt(256) : 1);
    }
    code.constantCsr(MEPC, base() + start);
    for (int register = 1; register < 32; register++) {
      code.constant(register, value());
    }
    code.insn("mret", 0, 0, 0);
    if (code.at() > MACHINE_HANDLER) {
      throw new IllegalStateException("the prologue is too long");
    }
  }

  /** Steps over what trapped; goes to a random place after an interrupt or a failed fetch. */
  private void writeHandler(int at, int scratch, int cause, int epc, int pending, String back) {
    Assembler code = new Assembler(image, at);
    code.csr("csrrw", 5, scratch, 5);
    code.csr("csrrs", 5, cause, 0);
    code.branch("blt", 5, 0, 10 * 4); // an interrupt
    code.insn("addi", 5, 5, -12);
    code.branch("beq", 5, 0, 12 * 4); // a fetch page fault
    code.insn("addi", 5, 5, 11);
    code.branch("beq", 5, 0, 10 * 4); // a fetch access fault
    code.csr("csrrs", 5, epc, 0);
    code.insn("addi", 5, 5, random.nextBoolean() ? 4 : 2);
    code.csr("csrrw", 0, epc, 5);
    code.csr("csrrw", 5, scratch, 5);
    code.insn(back, 0, 0, 0);
    // An interrupt: the next one a while later.
    code.csr("csrrs", 5, TIME, 0);
    code.insn("addi", 5, 5, random.nextInt(5, 500));
    code.csr("csrrw", 0, STIMECMP, 5);
    code.csr("csrrci", 0, pending, 2);
    // To a place that the time chooses.
    code.insn("lui", 5, 0, (int) base() + CODE);
    code.insn("slli", 5, 5, 32);
    code.insn("srli", 5, 5, 32);
    code.csr("csrrw", 0, epc, 5);
    code.insn("addi", 5, 0, (start - CODE) >>> 1);
    code.insn("slli", 5, 5, 1);
    code.csr("csrrs", 0, epc, 5);
    code.csr("csrrs", 5, TIME, 0);
    code.insn("slli", 5, 5, Long.numberOfLeadingZeros(size) + 1);
    code.insn("srli", 5, 5, Long.numberOfLeadingZeros(size) + 1);
    code.csr("csrrs", 0, epc, 5);
    code.csr("csrrw", 5, scratch, 5);
    code.insn(back, 0, 0, 0);
  }

  private void writeCode() {
    Assembler code = new Assembler(image, start);
    int end = start + size + Math.min(size / 2, CODE_BYTES - size);
    writePointers(code);
    while (code.at() < end - 32) {
      if (random.nextInt(40) == 0) {
        writePointer(code, random.nextInt(POINTERS.length));
      } else if (random.nextInt(100) == 0) {
        writeStatusChange(code);
      } else if (random.nextInt(150) == 0 && code.at() < end - COPY_LOOP_BYTES_MAX) {
        writeCopyLoop(code);
      } else if (random.nextInt(4) == 0) {
        code.half(compressed());
      } else {
        code.word(word());
      }
    }
    code.insn("jal", 0, 0, start - code.at());
  }

  private void writeStatusChange(Assembler code) {
    code.insn("lui", 7, 0, STATUS_BITS[random.nextInt(STATUS_BITS.length)]);
    code.csr(
        random.nextInt(3) == 0 ? "csrrc" : "csrrs", 0, random.nextBoolean() ? MSTATUS : SSTATUS, 7);
  }

  /** As memory is copied: many accesses at constant distances from one or two pointers. */
  private void writeCopyLoop(Assembler code) {
    String[] loads = {"lb", "lhu", "lw", "ld"};
    String[] stores = {"sb", "sh", "sw", "sd"};
    int from = POINTERS[random.nextInt(POINTERS.length)];
    int to = POINTERS[random.nextInt(POINTERS.length)];
    code.insn("addi", COUNTER, 0, random.nextInt(1, 60));
    int begin = code.at();
    int accesses = random.nextInt(4, COPY_LOOP_ACCESSES_MAX);
    for (int i = 0; i < accesses; i++) {
      int log2Size = random.nextInt(6) == 0 ? random.nextInt(3) : 3;
      int offset = random.nextInt(-4, 24) << log2Size;
      if (random.nextInt(3) == 0) {
        code.word(Assembler.encode(stores[log2Size], 0, to, random.nextInt(32), offset));
      } else {
        int target = random.nextInt(30) == 0 ? from : 10 + random.nextInt(6);
        code.word(Assembler.encode(loads[log2Size], target, from, 0, offset));
      }
      if (random.nextInt(6) == 0) {
        code.insn("addi", from, from, 8 * random.nextInt(-2, 3));
      }
    }
    code.insn("addi", to, to, 8 * random.nextInt(-8, 9));
    code.insn("addi", COUNTER, COUNTER, -1);
    code.branch("bne", COUNTER, 0, begin - code.at());
  }

  private void writePointers(Assembler code) {
    for (int i = 0; i < POINTERS.length; i++) {
      writePointer(code, i);
    }
  }

  private void writePointer(Assembler code, int which) {
    long offset =
        switch (which) {
          case 0, 1, 6 -> DATA + random.nextInt(DATA_BYTES - 64);
          case 2 -> start + random.nextInt(size);
          case 3 -> TABLE_0 + random.nextInt(512);
          case 4 -> TABLE_0 + CODE / 512 + random.nextInt(64);
          default -> random.nextInt(RAM_BYTES);
        };
    if (which != 5 || random.nextBoolean()) {
      offset &= -8;
    }
    long address = base() + offset;
    // lui sign-extends, so the lower 32 bits are built by it and cut out again.
    int register = POINTERS[which];
    int low = (int) address << 20 >> 20;
    code.word(Assembler.encode("lui", register, 0, 0, (int) address - low & 0xffff_f000));
    code.insn("slli", register, register, 32);
    code.insn("srli", register, register, 32);
    code.insn("addi", register, register, low);
  }

  private int source() {
    return random.nextInt(3) == 0 ? POINTERS[random.nextInt(POINTERS.length)] : random.nextInt(32);
  }

  private int target() {
    int register = random.nextInt(32);
    for (int pointer : POINTERS) {
      if (register == pointer && random.nextInt(30) != 0) {
        return 10 + random.nextInt(6);
      }
    }
    return register;
  }

  private int compressed() {
    List<CompressedTable.Row> all = CompressedTable.all();
    CompressedTable.Row row = all.get(random.nextInt(all.size()));
    int half = row.match() | random.nextInt(1 << 16) & ~row.mask();
    int rd = half >>> 7 & 31;
    boolean writesPointer = rd == 2 || (rd >= 18 && rd <= 21);
    return writesPointer && random.nextInt(20) != 0 ? 0x0001 : half; // c.nop
  }

  private int word() {
    return switch (random.nextInt(20)) {
      case 0 -> csr();
      case 1, 2 -> jumpOrBranch();
      case 3, 4, 5, 6 -> loadOrStore();
      case 7 -> random.nextInt(20) == 0 ? random.nextInt() | 3 : any();
      default -> any();
    };
  }

  private int any() {
    Instruction row = rows.get(random.nextInt(rows.size()));
    String operands = row.format().operands();
    boolean jumps = operands.indexOf('b') >= 0 || operands.indexOf('j') >= 0;
    if (jumps) {
      return jumpOrBranch();
    }
    int immediate = immediate(row);
    int rs1 =
        operands.indexOf('(') >= 0 || operands.indexOf('o') >= 0 ? source() : random.nextInt(32);
    return row.format()
        .encode(row.match(), Insn.pack(0, 2, target(), rs1, random.nextInt(32), immediate));
  }

  private int immediate(Instruction row) {
    if (row.format().hasRoundingMode()) {
      int rm = random.nextInt(10);
      return (rm > 7 ? 7 : rm == 6 ? 0 : rm) | random.nextInt(32) << 8;
    }
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt(16);
      case 1 -> random.nextInt(-2048, 2048);
      default -> random.nextInt() & ~0xfff | random.nextInt(64);
    };
  }

  private int loadOrStore() {
    String[] names = {
      "lb", "lh", "lw", "ld", "lbu", "lhu", "lwu", "sb", "sh", "sw", "sd", "flw", "fld", "fsw",
      "fsd", "ld", "sd", "lw", "sw"
    };
    String name = names[random.nextInt(names.length)];
    int offset = random.nextInt(-64, 256);
    if (random.nextInt(16) != 0) {
      offset &= -8;
    }
    return Assembler.encode(
        name, target(), POINTERS[random.nextInt(POINTERS.length)], random.nextInt(32), offset);
  }

  private int jumpOrBranch() {
    int distance = random.nextInt(-120, 200) & -2;
    if (distance == 0) {
      distance = 8;
    }
    int far = random.nextInt(-size, size) & -2;
    return switch (random.nextInt(10)) {
      case 0 -> Assembler.encode("jal", random.nextInt(3) == 0 ? 0 : 1, 0, 0, far);
      case 1 -> Assembler.encode("jalr", random.nextInt(2), 1, 0, random.nextInt(3) * 2);
      case 2 -> Assembler.encode("jal", random.nextInt(2), 0, 0, Math.abs(distance) + 4);
      default -> {
        String[] names = {"beq", "bne", "blt", "bge", "bltu", "bgeu"};
        yield Assembler.encode(
            names[random.nextInt(names.length)],
            0,
            random.nextInt(32),
            random.nextInt(32),
            random.nextInt(20) == 0 ? far : distance);
      }
    };
  }

  private int csr() {
    int csr = CSRS[random.nextInt(CSRS.length)];
    String[] names = {"csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci"};
    String name = names[random.nextInt(names.length)];
    if (csr == SATP || csr == MIE || csr == SIE) {
      return Assembler.encode("csrrs", target(), 0, 0, csr);
    }
    if (csr == SSTATUS) {
      return Assembler.encode(
          random.nextBoolean() ? "csrrsi" : "csrrci", target(), random.nextInt(32), 0, csr);
    }
    return Assembler.encode(name, target(), random.nextInt(32), 0, csr);
  }
}
