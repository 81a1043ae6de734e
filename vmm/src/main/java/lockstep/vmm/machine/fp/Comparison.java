package lockstep.vmm.machine.fp;

/**
 * Comparisons, minimum, maximum and classes: what needs no rounding. Comparing integers is enough,
 * since the magnitudes of a format are ordered as their bits are.
 */
final class Comparison {
  private Comparison() {}

  /** FEQ: quiet, so only a signaling NaN is invalid (20.8). */
  static boolean eq(Format format, long a, long b, FpStatus status) {
    if (format.isNan(a) || format.isNan(b)) {
      raiseIfSignaling(format, a, b, status);
      return false;
    }
    return a == b || format.magnitude(a | b) == 0;
  }

  /** FLT: signaling, so any NaN is invalid. */
  static boolean lt(Format format, long a, long b, FpStatus status) {
    if (format.isNan(a) || format.isNan(b)) {
      status.flags |= FpStatus.NV;
      return false;
    }
    return ordered(format, a) < ordered(format, b);
  }

  /** FLE: signaling, so any NaN is invalid. */
  static boolean le(Format format, long a, long b, FpStatus status) {
    if (format.isNan(a) || format.isNan(b)) {
      status.flags |= FpStatus.NV;
      return false;
    }
    return ordered(format, a) <= ordered(format, b);
  }

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

  /** An integer in the order of the numbers; both zeros are 0. */
  private static long ordered(Format format, long bits) {
    long magnitude = format.magnitude(bits);
    return format.negative(bits) ? -magnitude : magnitude;
  }

  /** An integer in the order of the numbers, -0 before +0. */
  private static long totallyOrdered(Format format, long bits) {
    return format.negative(bits) ? ~format.magnitude(bits) : bits;
  }
}
