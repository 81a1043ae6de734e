package lockstep.vmm.machine.sbi;

/** What a call leaves in a0 (SBI 2.0, table 1). */
final class SbiError {
  static final long SUCCESS = 0;
  static final long FAILED = -1;
  static final long NOT_SUPPORTED = -2;
  static final long INVALID_PARAM = -3;
  static final long DENIED = -4;
  static final long INVALID_ADDRESS = -5;
  static final long ALREADY_AVAILABLE = -6;

  private SbiError() {}
}
