package lockstep.vmm.machine.hart;

import static lockstep.vmm.machine.hart.Words.encoded;

import java.util.ArrayList;
import java.util.List;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.GuestMemory;

/**
 * What {@link RandomGuest} does about traps, in x1 to x4. M-mode counts the exception by its cause
 * and skips the instruction; a fetch that faults, every sixteenth exception and the timer begin the
 * next scenario. S-mode skips or, if it was interrupted, goes on.
 */
final class TrapHandlers {
  /** Sets the vectors and begins the first scenario. */
  static final long START = RandomGuest.RAM + 0x400;

  private static final long SUPERVISOR_HANDLER = RandomGuest.RAM + RandomGuest.PAGE;

  // At the end of the handlers' pages
  private static final int COUNTS = 0x600;
  private static final int NEXT_SCENARIO = 0x7e0;
  private static final int EXCEPTIONS = 0x7e8;

  private static final int CAUSES = 16;
  private static final int EXCEPTIONS_A_SCENARIO = 16;

  private static final int MSTATUS = 0x300;
  private static final int MEPC = 0x341;
  private static final int MCAUSE = 0x342;
  private static final int SEPC = 0x141;
  private static final int SCAUSE = 0x142;
  private static final int SIP = 0x144;
  private static final int SATP = 0x180;
  private static final int MEDELEG = 0x302;
  private static final int MIE = 0x304;
  private static final int FCSR = 0x003;
  private static final int PMPCFG0 = 0x3a0;
  private static final int PMPADDR0 = 0x3b0;

  private final List<Integer> words = new ArrayList<>();

  private TrapHandlers() {}

  static void write(GuestMemory memory) {
    new TrapHandlers().machineHandler().put(memory, RandomGuest.RAM);
    new TrapHandlers().supervisorHandler().put(memory, SUPERVISOR_HANDLER);
    new TrapHandlers().start().put(memory, START);
    memory.store64(RandomGuest.RAM + NEXT_SCENARIO, RandomGuest.SCENARIOS);
    memory.store64(RandomGuest.RAM + EXCEPTIONS, -1);
  }

  /** How often each exception was taken, by cause, in M-mode and S-mode. */
  static long[] counts(GuestMemory memory) {
    long[] counts = new long[CAUSES];
    for (int cause = 0; cause < CAUSES; cause++) {
      counts[cause] =
          memory.load64(RandomGuest.RAM + COUNTS + 8L * cause)
              + memory.load64(SUPERVISOR_HANDLER + COUNTS + 8L * cause);
    }
    return counts;
  }

  private void put(GuestMemory memory, long address) {
    for (int i = 0; i < words.size(); i++) {
      memory.store32(address + 4L * i, words.get(i));
    }
  }

  private void add(int op, int rd, int rs1, int rs2, int immediate) {
    words.add(encoded(op, rd, rs1, rs2, immediate));
  }

  private void readCsr(int rd, int csr) {
    add(Op.CSRRS, rd, 0, 0, csr);
  }

  private void writeCsr(int csr, int rs1) {
    add(Op.CSRRW, 0, rs1, 0, csr);
  }

  /** Counts the cause in x3 in the page at x1. */
  private void count() {
    add(Op.SLLI, 4, 3, 0, 3);
    add(Op.ADD, 4, 4, 1, 0);
    add(Op.LD, 2, 4, 0, COUNTS);
    add(Op.ADDI, 2, 2, 0, 1);
    add(Op.SD, 0, 4, 2, COUNTS);
  }

  private void skip(int epc, int returning) {
    readCsr(3, epc);
    add(Op.ADDI, 3, 3, 0, 4);
    writeCsr(epc, 3);
    add(returning, 0, 0, 0, 0);
  }

  private TrapHandlers machineHandler() {
    add(Op.AUIPC, 1, 0, 0, 0);
    readCsr(3, MCAUSE);
    List<Integer> toNext = new ArrayList<>();
    toNext.add(branchLater());
    count();
    for (int cause : new int[] {Cause.FETCH_ACCESS, Cause.FETCH_PAGE_FAULT}) {
      add(Op.ADDI, 4, 3, 0, -cause);
      toNext.add(branchLater());
    }
    add(Op.LD, 4, 1, 0, EXCEPTIONS);
    add(Op.ADDI, 4, 4, 0, 1);
    add(Op.SD, 0, 1, 4, EXCEPTIONS);
    add(Op.ANDI, 4, 4, 0, EXCEPTIONS_A_SCENARIO - 1);
    toNext.add(branchLater());
    skip(MEPC, Op.MRET);
    branchHere(toNext.removeFirst(), Op.BLT, 3);
    toNext.forEach(from -> branchHere(from, Op.BEQ, 4));
    beginScenario();
    return this;
  }

  private int branchLater() {
    words.add(0);
    return words.size() - 1;
  }

  /** Compares with x0. */
  private void branchHere(int from, int op, int register) {
    words.set(from, encoded(op, 0, register, 0, 4 * (words.size() - from)));
  }

  /** The order of {@code RandomGuest.writeScenario}; mstatus comes last, for MPRV's sake. */
  private void beginScenario() {
    add(Op.LUI, 4, 0, 0, 3 << 13);
    add(Op.CSRRS, 0, 4, 0, MSTATUS);
    add(Op.LD, 2, 1, 0, NEXT_SCENARIO);
    int[] csrs = {MEPC, SATP, 0, MEDELEG, MIE, FCSR, 0};
    for (int i = 0; i < csrs.length; i++) {
      if (csrs[i] != 0) {
        add(Op.LD, 3, 2, 0, 8 * i);
        writeCsr(csrs[i], 3);
      }
    }
    armTimer(8 * 6);
    writeProtection(8 * csrs.length);
    int registers = 8 * (csrs.length + 4);
    for (int register = 16; register < 32; register++) {
      add(Op.LD, register, 2, 0, registers + 8 * (register - 16));
    }
    add(Op.LD, 3, 2, 0, registers + 8 * 16);
    add(Op.SD, 0, 1, 3, NEXT_SCENARIO);
    add(Op.LD, 3, 2, 0, 8 * 2);
    writeCsr(MSTATUS, 3);
    add(Op.MRET, 0, 0, 0, 0);
  }

  /** Only if it is another: a write makes the hart forget everything. */
  private void writeProtection(int offset) {
    add(Op.LD, 3, 2, 0, offset);
    readCsr(4, PMPCFG0);
    int unchanged = branchLater();
    writeCsr(PMPCFG0, 3);
    for (int i = 0; i < 3; i++) {
      add(Op.LD, 3, 2, 0, offset + 8 + 8 * i);
      writeCsr(PMPADDR0 + i, 3);
    }
    words.set(unchanged, encoded(Op.BEQ, 0, 3, 4, 4 * (words.size() - unchanged)));
  }

  /** mtimecmp becomes mtime and what the scenario holds at an offset. */
  private void armTimer(int offset) {
    add(Op.LD, 3, 2, 0, offset);
    add(Op.LUI, 4, 0, 0, (int) Clint.BASE + 0xc000);
    add(Op.LD, 4, 4, 0, -8);
    add(Op.ADD, 3, 3, 4, 0);
    add(Op.LUI, 4, 0, 0, (int) Clint.BASE + 0x4000);
    add(Op.SD, 0, 4, 3, 0);
  }

  private TrapHandlers supervisorHandler() {
    add(Op.AUIPC, 1, 0, 0, 0);
    readCsr(3, SCAUSE);
    add(Op.BLT, 0, 3, 0, 4 * 10);
    count();
    skip(SEPC, Op.SRET);
    add(Op.CSRRCI, 0, 2, 0, SIP);
    add(Op.SRET, 0, 0, 0, 0);
    return this;
  }

  private TrapHandlers start() {
    add(Op.AUIPC, 1, 0, 0, 0);
    add(Op.ADDI, 1, 1, 0, -0x400);
    writeCsr(0x305, 1); // mtvec
    add(Op.LUI, 2, 0, 0, RandomGuest.PAGE);
    add(Op.ADD, 2, 2, 1, 0);
    writeCsr(0x105, 2); // stvec
    add(Op.ADDI, 2, 0, 0, 0x222);
    writeCsr(0x303, 2); // mideleg
    add(Op.ADDI, 2, 0, 0, 7);
    writeCsr(0x306, 2); // mcounteren
    writeCsr(0x106, 2); // scounteren
    add(Op.JALR, 0, 1, 0, 0);
    return this;
  }
}
