package lockstep.vmm.machine.fp;

import static lockstep.vmm.machine.fp.Format.LEADING_BIT;

/**
 * The fused sum of a product and a number, in 128 bits: two {@code long}s, high and low, whose
 * leading one is bit 62 of the high one. A product of two significands fits exactly.
 */
final class SoftFma {
  private SoftFma() {}

  /** {@code a * b + c} of finite numbers other than zero. */
  static long fmaOfNumbers(
      Format format, long a, long b, long c, int roundingMode, FpStatus status) {
    long left = format.significand(a) << 1;
    long right = format.significand(b);
    long productHigh = Math.unsignedMultiplyHigh(left, right);
    long productLow = left * right;
    int productExponent = format.exponent(a) + format.exponent(b);
    if (productHigh >>> LEADING_BIT != 0) {
      productExponent++;
    } else {
      productHigh = productHigh << 1 | productLow >>> 63;
      productLow <<= 1;
    }
    long addendHigh = format.significand(c);
    int addendExponent = format.exponent(c);
    boolean productNegative = format.negative(a ^ b);
    boolean addendNegative = format.negative(c);

    int distance = productExponent - addendExponent;
    // An addend has no low half, so with equal high halves the product is not the smaller one.
    if (distance > 0 || (distance == 0 && productHigh >= addendHigh)) {
      return sum(
          format,
          productNegative,
          productNegative == addendNegative,
          productExponent,
          productHigh,
          productLow,
          shiftedHigh(addendHigh, distance),
          shiftedLow(addendHigh, 0, distance),
          roundingMode,
          status);
    }
    return sum(
        format,
        addendNegative,
        productNegative == addendNegative,
        addendExponent,
        addendHigh,
        0,
        shiftedHigh(productHigh, -distance),
        shiftedLow(productHigh, productLow, -distance),
        roundingMode,
        status);
  }

  /** Large plus or minus small, the latter not being the larger one. */
  private static long sum(
      Format format,
      boolean negative,
      boolean sameSign,
      int exponent,
      long largeHigh,
      long largeLow,
      long smallHigh,
      long smallLow,
      int roundingMode,
      FpStatus status) {
    long high;
    long low;
    if (sameSign) {
      low = largeLow + smallLow;
      high = largeHigh + smallHigh + (Long.compareUnsigned(low, largeLow) < 0 ? 1 : 0);
    } else {
      low = largeLow - smallLow;
      high = largeHigh - smallHigh - (Long.compareUnsigned(largeLow, smallLow) < 0 ? 1 : 0);
    }
    if (high == 0) {
      if (low == 0) {
        return SoftArithmetic.exactZero(format, roundingMode);
      }
      high = low;
      low = 0;
      exponent -= 64;
    }
    int shift = Long.numberOfLeadingZeros(high) - (63 - LEADING_BIT);
    if (shift > 0) {
      high = high << shift | low >>> -shift;
      low <<= shift;
      exponent -= shift;
    }
    long jammed = high | (low != 0 ? 1 : 0);
    return Rounding.normalizeAndRound(format, negative, exponent, jammed, roundingMode, status);
  }

  /** High half of a 128-bit number shifted right. */
  private static long shiftedHigh(long high, int shift) {
    return shift > 63 ? 0 : high >>> shift;
  }

  /** Low half of a 128-bit number shifted right, with what was lost jammed into it. */
  private static long shiftedLow(long high, long low, int shift) {
    if (shift == 0) {
      return low;
    }
    if (shift > 63) {
      return Rounding.shiftRightJam(high, shift - 64) | (low != 0 ? 1 : 0);
    }
    return high << -shift | Rounding.shiftRightJam(low, shift);
  }
}
