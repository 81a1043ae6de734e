package lockstep.vmm.machine.hart;

/** Exception codes of mcause (privileged spec, 3.1.15). */
final class Cause {
  static final int FETCH_ACCESS = 1;
  static final int ILLEGAL_INSTRUCTION = 2;
  static final int BREAKPOINT = 3;
  static final int LOAD_MISALIGNED = 4;
  static final int LOAD_ACCESS = 5;
  static final int STORE_MISALIGNED = 6;
  static final int STORE_ACCESS = 7;
  static final int ECALL_FROM_USER = 8;
  static final int ECALL_FROM_SUPERVISOR = 9;
  static final int ECALL_FROM_MACHINE = 11;
  static final int FETCH_PAGE_FAULT = 12;
  static final int LOAD_PAGE_FAULT = 13;
  static final int STORE_PAGE_FAULT = 15;

  /** Set in mcause for an interrupt. */
  static final long INTERRUPT = 1L << 63;

  private Cause() {}
}
