package lockstep.vmm.machine.fp;

/**
 * The accrued exceptions of one hart: bits only ever added by the operations of this package, in
 * the order of {@code fflags} (RISC-V unprivileged ISA, 20.2).
 */
public final class FpStatus {
  /** Inexact. */
  public static final int NX = 1;

  /** Underflow: tiny after rounding, and inexact. */
  public static final int UF = 2;

  /** Overflow. */
  public static final int OF = 4;

  /** Division of a finite number by zero. */
  public static final int DZ = 8;

  /** Invalid operation. */
  public static final int NV = 16;

  /** All of {@code fflags}. */
  public static final int ALL = 31;

  /** The bits raised since the owner last cleared them. */
  public int flags;
}
