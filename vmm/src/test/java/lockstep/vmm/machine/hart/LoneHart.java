package lockstep.vmm.machine.hart;

import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.isa.Op;
import lockstep.vmm.machine.memory.PhysicalMemory;

/** A hart in M-mode, floating point on, that is given one instruction after the other. */
final class LoneHart {
  /** How a step ended if not by an exception, whose cause is then told. */
  static final long RETIRED = -1;

  /** A word of memory that belongs to nobody. */
  static final long DATA = PhysicalMemory.RAM_BASE + 0x4000;

  static final int CSR_FCSR = 0x003;
  static final int CSR_MSCRATCH = 0x340;

  private static final int CSR_MSTATUS = 0x300;
  private static final int CSR_MTVEC = 0x305;
  private static final int CSR_MCAUSE = 0x342;
  private static final int FS_DIRTY = 3 << 13;
  private static final int TEMPORARY = 5;
  private static final int LAST_IN_PAGE = 0xff0;

  private static final long CODE = PhysicalMemory.RAM_BASE + 0x1000;
  private static final long HANDLER = PhysicalMemory.RAM_BASE + 0x2000;

  private final Machine machine = new Machine(new MachineConfig(64 << 10, 1000));

  LoneHart() {
    machine.hart().startInMachineMode(CODE);
    writeCsr(CSR_MTVEC, HANDLER);
    writeCsr(CSR_MSTATUS, FS_DIRTY);
  }

  Machine machine() {
    return machine;
  }

  void set(int register, long value) {
    machine.hart().setX(register, value);
  }

  long x(int register) {
    return machine.hart().x(register);
  }

  long f(int register) {
    return machine.hart().f(register);
  }

  void writeCsr(int csr, long value) {
    long before = x(TEMPORARY);
    set(TEMPORARY, value);
    step(Words.encoded(Op.CSRRW, 0, TEMPORARY, 0, csr));
    set(TEMPORARY, before);
  }

  long readCsr(int csr) {
    long before = x(TEMPORARY);
    step(Words.encoded(Op.CSRRS, TEMPORARY, 0, 0, csr));
    long value = x(TEMPORARY);
    set(TEMPORARY, before);
    return value;
  }

  /** Puts {@code word} to where the hart is and executes it. */
  long step(int word) {
    if ((machine.hart().pc() & 0xfff) == LAST_IN_PAGE) {
      execute(Words.encoded(Op.JAL, 0, 0, 0, 8 - LAST_IN_PAGE));
    }
    execute(word);
    return machine.hart().pc() == HANDLER ? readCsr(CSR_MCAUSE) : RETIRED;
  }

  private void execute(int word) {
    machine.memory().store32(machine.hart().pc(), word);
    machine.run(machine.position() + 1);
  }
}
