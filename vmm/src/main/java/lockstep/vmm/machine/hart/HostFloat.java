package lockstep.vmm.machine.hart;

/**
 * When a result of the host's arithmetic may stand although no exception flags were computed. The
 * caller has made sure that inexact is raised already and that rounding is to nearest; then only
 * overflow, underflow, invalid and division by zero could be missing, and each of them gives one of
 * the rare results that these tests refuse. Compiled code has the same tests written out.
 */
final class HostFloat {
  private static final double SMALLEST_NORMAL = 0x1p-1022;

  private HostFloat() {}

  /** Enough for sums: a sum that is tiny is exact. False for NaN. */
  static boolean isFinite(double result) {
    return Math.abs(result) <= Double.MAX_VALUE;
  }

  /** Above the smallest normal number, so neither underflow nor a zero of any kind. */
  static boolean isNormal(double result) {
    double magnitude = Math.abs(result);
    return magnitude > SMALLEST_NORMAL && magnitude <= Double.MAX_VALUE;
  }

  /** A zero product of a zero factor (raw bits), not of an underflow. */
  static boolean isExactZero(double result, long factorA, long factorB) {
    return result == 0 && (factorA << 1 == 0 || factorB << 1 == 0);
  }
}
