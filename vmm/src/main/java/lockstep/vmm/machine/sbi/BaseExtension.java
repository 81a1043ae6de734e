package lockstep.vmm.machine.sbi;

import lockstep.vmm.machine.hart.Hart;

/** BASE: which SBI this is, and what it has (SBI 2.0, 4). */
final class BaseExtension implements SbiExtension {
  private static final int GET_SPEC_VERSION = 0;
  private static final int GET_IMPL_ID = 1;
  private static final int GET_IMPL_VERSION = 2;
  private static final int PROBE_EXTENSION = 3;
  private static final int GET_MVENDORID = 4;
  private static final int GET_MARCHID = 5;
  private static final int GET_MIMPID = 6;

  private static final long SPEC_VERSION = 2 << 24;

  /** Nobody's number in the specification's table of implementations: "LS". */
  private static final long IMPLEMENTATION_ID = 0x4c53;

  private static final long IMPLEMENTATION_VERSION = 1;

  /** The machine ID CSRs all read as 0: not implemented (privileged spec, 3.1.2 to 3.1.4). */
  private static final long MACHINE_ID = 0;

  private final Sbi sbi;

  BaseExtension(Sbi sbi) {
    this.sbi = sbi;
  }

  @Override
  public void call(Hart hart, long function) {
    if (function < GET_SPEC_VERSION || function > GET_MIMPID) {
      SbiExtension.fail(hart, SbiError.NOT_SUPPORTED);
      return;
    }
    long value =
        switch ((int) function) {
          case GET_SPEC_VERSION -> SPEC_VERSION;
          case GET_IMPL_ID -> IMPLEMENTATION_ID;
          case GET_IMPL_VERSION -> IMPLEMENTATION_VERSION;
          case PROBE_EXTENSION -> sbi.serves(hart.x(A0)) ? 1 : 0;
          case GET_MVENDORID, GET_MARCHID, GET_MIMPID -> MACHINE_ID;
          default -> throw new AssertionError(function);
        };
    SbiExtension.answer(hart, SbiError.SUCCESS, value);
  }
}
