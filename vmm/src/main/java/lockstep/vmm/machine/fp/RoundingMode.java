package lockstep.vmm.machine.fp;

/** The values of {@code frm} and of an instruction's rm field (unprivileged ISA, table 28). */
public final class RoundingMode {
  /** To nearest, ties to even. */
  public static final int RNE = 0;

  /** Towards zero. */
  public static final int RTZ = 1;

  /** Down, towards negative infinity. */
  public static final int RDN = 2;

  /** Up, towards positive infinity. */
  public static final int RUP = 3;

  /** To nearest, ties to the larger magnitude. */
  public static final int RMM = 4;

  private RoundingMode() {}
}
