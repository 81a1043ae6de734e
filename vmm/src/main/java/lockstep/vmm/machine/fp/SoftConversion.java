package lockstep.vmm.machine.fp;

import static lockstep.vmm.machine.fp.Format.LEADING_BIT;

/** Conversions between formats, and between a format and integers, exact in result and flags. */
final class SoftConversion {
  private SoftConversion() {}

  /**
   * Converts to an integer of 32 or 64 bits. What does not fit saturates and is invalid, a NaN like
   * positive infinity (20.7); a 32-bit result is sign-extended, also an unsigned one.
   */
  static long toInteger(
      Format format, long a, int width, boolean signed, int roundingMode, FpStatus status) {
    boolean negative = format.negative(a);
    if (format.isNan(a)) {
      return saturated(width, signed, false, status);
    }
    if (format.isZero(a)) {
      return 0;
    }
    int exponent = format.exponent(a);
    if (exponent > 63) {
      return saturated(width, signed, negative, status);
    }
    long significand = format.significand(a);
    int fractionBits = LEADING_BIT - exponent;
    long integer = integerPart(significand, fractionBits);
    long fraction = fractionPart(significand, fractionBits);
    if (roundsUp(negative, integer, fraction, roundingMode)) {
      integer++;
    }
    long limit = magnitudeMax(width, signed, negative);
    if (Long.compareUnsigned(integer, limit) > 0) {
      return saturated(width, signed, negative, status);
    }
    if (fraction != 0) {
      status.flags |= FpStatus.NX;
    }
    long result = negative ? -integer : integer;
    return width == 32 ? (int) result : result;
  }

  /** Converts {@code ±magnitude}, unsigned; zero is positive. */
  static long fromInteger(
      Format format, boolean negative, long magnitude, int roundingMode, FpStatus status) {
    if (magnitude == 0) {
      return 0;
    }
    return Rounding.normalizeAndRound(
        format, negative, LEADING_BIT, magnitude, roundingMode, status);
  }

  static long convert(Format from, Format to, long a, int roundingMode, FpStatus status) {
    boolean negative = from.negative(a);
    if (from.isNan(a)) {
      if (from.isSignalingNan(a)) {
        status.flags |= FpStatus.NV;
      }
      return to.canonicalNan();
    }
    if (from.isInfinite(a)) {
      return to.infinity(negative);
    }
    if (from.isZero(a)) {
      return to.zero(negative);
    }
    return Rounding.round(
        to, negative, from.exponent(a), from.significand(a), roundingMode, status);
  }

  /** {@code significand / 2^fractionBits}, cut off; {@code fractionBits} is -1 at least. */
  private static long integerPart(long significand, int fractionBits) {
    if (fractionBits < 0) {
      return significand << 1;
    }
    return fractionBits > 63 ? 0 : significand >>> fractionBits;
  }

  /** What {@link #integerPart} cuts off, in units of 2^-64, jammed. */
  private static long fractionPart(long significand, int fractionBits) {
    if (fractionBits <= 0) {
      return 0;
    }
    return fractionBits < 64
        ? significand << -fractionBits
        : Rounding.shiftRightJam(significand, fractionBits - 64);
  }

  private static boolean roundsUp(boolean negative, long integer, long fraction, int roundingMode) {
    return switch (roundingMode) {
      case RoundingMode.RTZ -> false;
      case RoundingMode.RDN -> negative && fraction != 0;
      case RoundingMode.RUP -> !negative && fraction != 0;
      case RoundingMode.RMM -> fraction < 0;
      default -> fraction < 0 && (fraction != Long.MIN_VALUE || (integer & 1) != 0);
    };
  }

  /** Largest magnitude, unsigned, of an integer with this sign. */
  private static long magnitudeMax(int width, boolean signed, boolean negative) {
    if (signed) {
      return (1L << (width - 1)) - (negative ? 0 : 1);
    }
    return negative ? 0 : -1L >>> (64 - width);
  }

  private static long saturated(int width, boolean signed, boolean negative, FpStatus status) {
    status.flags |= FpStatus.NV;
    long magnitude = magnitudeMax(width, signed, negative);
    long result = negative ? -magnitude : magnitude;
    return width == 32 ? (int) result : result;
  }
}
