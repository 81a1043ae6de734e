package lockstep.vmm.machine.hart;

/**
 * When a result of the host's arithmetic may stand although no exception flags were computed. The
 * caller has made sure that inexact is raised already and that rounding is to nearest; then only
 * overflow, underflow, invalid and division by zero could be missing, and each of them gives one of
 * the rare results that these tests refuse.
 */
public final class HostFloat {
  private static final double SMALLEST_NORMAL = 0x1p-1022;

  private HostFloat() {}

  /** Enough for sums: a sum that is tiny is exact. False for NaN. */
  public static boolean isFinite(double result) {
    return Math.abs(result) <= Double.MAX_VALUE;
  }

  /** Above the smallest normal number, so neither underflow nor a zero of any kind. */
  public static boolean isNormal(double result) {
    double magnitude = Math.abs(result);
    return magnitude > SMALLEST_NORMAL && magnitude <= Double.MAX_VALUE;
  }

  /** A zero product of a zero factor (raw bits), not of an underflow. */
  public static boolean isExactZero(double result, long factorA, long factorB) {
    return result == 0 && (factorA << 1 == 0 || factorB << 1 == 0);
  }

  /** For products: normal, or zero because a factor is. */
  public static boolean isSafeProduct(double result, long factorA, long factorB) {
    return isNormal(result) || isExactZero(result, factorA, factorB);
  }

  /** Whether two numbers can be compared without raising anything: neither is NaN. */
  public static boolean areOrdered(double a, double b) {
    return a <= b || a > b;
  }

  /** Whether truncation gives a 32-bit integer. */
  public static boolean fitsInt(double a) {
    return a > -0x1p31 && a < 0x1p31;
  }

  /** Whether truncation gives a 64-bit integer. */
  public static boolean fitsLong(double a) {
    return a > -0x1p63 && a < 0x1p63;
  }

  public static boolean isEqual(double a, double b) {
    return a == b;
  }

  public static boolean isLess(double a, double b) {
    return a < b;
  }

  public static boolean isLessOrEqual(double a, double b) {
    return a <= b;
  }
}
