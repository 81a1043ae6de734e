package lockstep.vmm.machine.fp;

import static lockstep.vmm.machine.fp.Format.LEADING_BIT;

/**
 * Sums, products, quotients and roots of either format in integers, exact in every rounding mode
 * and flag. Each method first settles NaNs, infinities and zeros, then hands the exact magnitude to
 * {@link Rounding}.
 */
final class SoftArithmetic {
  private SoftArithmetic() {}

  static long add(Format format, long a, long b, int roundingMode, FpStatus status) {
    if (format.isNan(a) || format.isNan(b)) {
      return nan(format, a, b, status);
    }
    if (format.isInfinite(a)) {
      return format.isInfinite(b) && a != b ? invalid(format, status) : a;
    }
    if (format.isInfinite(b) || format.isZero(a)) {
      return format.isZero(b) ? sumOfZeros(format, a, b, roundingMode) : b;
    }
    if (format.isZero(b)) {
      return a;
    }
    boolean swap = format.magnitude(a) < format.magnitude(b);
    long large = swap ? b : a;
    long small = swap ? a : b;
    int exponent = format.exponent(large);
    long addend =
        Rounding.shiftRightJam(format.significand(small), exponent - format.exponent(small));
    boolean negative = format.negative(large);
    long sum =
        negative == format.negative(small)
            ? format.significand(large) + addend
            : format.significand(large) - addend;
    if (sum == 0) {
      return exactZero(format, roundingMode);
    }
    return Rounding.normalizeAndRound(format, negative, exponent, sum, roundingMode, status);
  }

  static long mul(Format format, long a, long b, int roundingMode, FpStatus status) {
    if (format.isNan(a) || format.isNan(b)) {
      return nan(format, a, b, status);
    }
    boolean negative = format.negative(a ^ b);
    boolean zero = format.isZero(a) || format.isZero(b);
    if (format.isInfinite(a) || format.isInfinite(b)) {
      return zero ? invalid(format, status) : format.infinity(negative);
    }
    if (zero) {
      return format.zero(negative);
    }
    long left = format.significand(a) << 1;
    long right = format.significand(b);
    // The product's leading one is bit 125 or 126 of 128, so bit 61 or 62 of the high half.
    long product = Math.unsignedMultiplyHigh(left, right) | (left * right != 0 ? 1 : 0);
    int exponent = format.exponent(a) + format.exponent(b) + 1;
    return Rounding.normalizeAndRound(format, negative, exponent, product, roundingMode, status);
  }

  static long div(Format format, long a, long b, int roundingMode, FpStatus status) {
    if (format.isNan(a) || format.isNan(b)) {
      return nan(format, a, b, status);
    }
    boolean negative = format.negative(a ^ b);
    if (format.isInfinite(a)) {
      return format.isInfinite(b) ? invalid(format, status) : format.infinity(negative);
    }
    if (format.isZero(b)) {
      if (format.isZero(a)) {
        return invalid(format, status);
      }
      status.flags |= FpStatus.DZ;
      return format.infinity(negative);
    }
    if (format.isInfinite(b) || format.isZero(a)) {
      return format.zero(negative);
    }
    // Long division in digits of as many bits as a remainder leaves free.
    int digitBits = LEADING_BIT - format.fractionBits();
    long divisor = format.significand(b) >>> digitBits;
    long dividend = format.significand(a) >>> digitBits;
    long quotient = Long.divideUnsigned(dividend, divisor);
    long remainder = dividend - quotient * divisor;
    int quotientBits = 0;
    while (quotientBits < format.fractionBits() + 2) {
      remainder <<= digitBits;
      long digit = remainder / divisor;
      remainder -= digit * divisor;
      quotient = quotient << digitBits | digit;
      quotientBits += digitBits;
    }
    long jammed = quotient << (LEADING_BIT - quotientBits) | (remainder != 0 ? 1 : 0);
    int exponent = format.exponent(a) - format.exponent(b);
    return Rounding.normalizeAndRound(format, negative, exponent, jammed, roundingMode, status);
  }

  static long sqrt(Format format, long a, int roundingMode, FpStatus status) {
    if (format.isNan(a)) {
      return nan(format, a, a, status);
    }
    if (format.isZero(a)) {
      return a;
    }
    if (format.negative(a)) {
      return invalid(format, status);
    }
    if (format.isInfinite(a)) {
      return a;
    }
    int exponent = format.exponent(a);
    long radicand = format.significand(a) << (exponent & 1);
    // Digit by digit: two bits of the radicand make one of the root.
    int rootBits = format.fractionBits() + 3;
    long root = 0;
    long remainder = 0;
    for (int i = 0; i < rootBits; i++) {
      remainder = remainder << 2 | radicand >>> 62;
      radicand <<= 2;
      long trial = root << 2 | 1;
      root <<= 1;
      if (remainder >= trial) {
        remainder -= trial;
        root |= 1;
      }
    }
    long jammed = root << (LEADING_BIT + 1 - rootBits) | (remainder != 0 ? 1 : 0);
    return Rounding.round(format, false, exponent >> 1, jammed, roundingMode, status);
  }

  static long fma(Format format, long a, long b, long c, int roundingMode, FpStatus status) {
    boolean zero = format.isZero(a) || format.isZero(b);
    boolean infinite = format.isInfinite(a) || format.isInfinite(b);
    boolean nan = format.isNan(a) || format.isNan(b);
    // Infinity times zero is invalid even where a quiet NaN is added (20.6).
    if (zero && infinite) {
      return invalid(format, status);
    }
    if (nan || format.isNan(c)) {
      if (format.isSignalingNan(c)) {
        status.flags |= FpStatus.NV;
      }
      return nan(format, a, b, status);
    }
    boolean negative = format.negative(a ^ b);
    if (infinite) {
      long product = format.infinity(negative);
      return format.isInfinite(c) && c != product ? invalid(format, status) : product;
    }
    if (zero) {
      return format.isZero(c) ? sumOfZeros(format, format.zero(negative), c, roundingMode) : c;
    }
    if (format.isInfinite(c)) {
      return c;
    }
    if (format.isZero(c)) {
      return mul(format, a, b, roundingMode, status);
    }
    return SoftFma.fmaOfNumbers(format, a, b, c, roundingMode, status);
  }

  /** What an operation on a NaN returns; a signaling one is invalid. */
  static long nan(Format format, long a, long b, FpStatus status) {
    if (format.isSignalingNan(a) || format.isSignalingNan(b)) {
      status.flags |= FpStatus.NV;
    }
    return format.canonicalNan();
  }

  /** Numbers of opposite signs that cancel give +0, rounding down -0 (IEEE 754, 6.3). */
  static long exactZero(Format format, int roundingMode) {
    return format.zero(roundingMode == RoundingMode.RDN);
  }

  private static long sumOfZeros(Format format, long a, long b, int roundingMode) {
    return a == b ? a : exactZero(format, roundingMode);
  }

  private static long invalid(Format format, FpStatus status) {
    status.flags |= FpStatus.NV;
    return format.canonicalNan();
  }
}
