package lockstep.vmm.machine.fp;

/**
 * Minimum, maximum and classes. Comparing integers is enough, since the magnitudes of a format are
 * ordered as their bits are.
 */
final class Comparison {
  private Comparison() {}

  /** FMIN: minimumNumber of IEEE 754-2019; -0 is less than +0 (20.6). */
  static long min(Format format, long a, long b, FpStatus status) {
    if (format.isNan(a) || format.isNan(b)) {
      return theNumber(format, a, b, status);
    }
    return totallyOrdered(format, a) <= totallyOrdered(format, b) ? a : b;
  }

  /** FMAX: maximumNumber of IEEE 754-2019; +0 is greater than -0 (20.6). */
  static long max(Format format, long a, long b, FpStatus status) {
    if (format.isNan(a) || format.isNan(b)) {
      return theNumber(format, a, b, status);
    }
    return totallyOrdered(format, a) >= totallyOrdered(format, b) ? a : b;
  }

  /** FCLASS: one bit of ten (table 29). */
  static int classify(Format format, long a) {
    boolean negative = format.negative(a);
    if (format.isNan(a)) {
      return format.isSignalingNan(a) ? 1 << 8 : 1 << 9;
    }
    if (format.isInfinite(a)) {
      return negative ? 1 << 0 : 1 << 7;
    }
    if (format.isZero(a)) {
      return negative ? 1 << 3 : 1 << 4;
    }
    if (format.magnitude(a) <= format.fractionMask()) {
      return negative ? 1 << 2 : 1 << 5;
    }
    return negative ? 1 << 1 : 1 << 6;
  }

  /** The operand that is no NaN, or the canonical NaN if both are. */
  private static long theNumber(Format format, long a, long b, FpStatus status) {
    raiseIfSignaling(format, a, b, status);
    if (!format.isNan(a)) {
      return a;
    }
    return format.isNan(b) ? format.canonicalNan() : b;
  }

  private static void raiseIfSignaling(Format format, long a, long b, FpStatus status) {
    if (format.isSignalingNan(a) || format.isSignalingNan(b)) {
      status.flags |= FpStatus.NV;
    }
  }

  /** An integer in the order of the numbers, -0 before +0. */
  private static long totallyOrdered(Format format, long bits) {
    return format.negative(bits) ? ~format.magnitude(bits) : bits;
  }
}
