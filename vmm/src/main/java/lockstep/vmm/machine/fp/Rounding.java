package lockstep.vmm.machine.fp;

import static lockstep.vmm.machine.fp.Format.LEADING_BIT;

/**
 * The one place that rounds to a format. Operations hand over a magnitude as {@link Format}
 * describes it, with more bits than fit; whatever they had to drop below bit 0 is or-ed into it
 * ("jammed"), which leaves every rounding decision right as long as a bit lies between.
 */
final class Rounding {
  private Rounding() {}

  /**
   * Rounds {@code ±significand / 2^62 * 2^exponent}, wherever the leading one of {@code
   * significand} is (it is unsigned, and not 0).
   */
  static long normalizeAndRound(
      Format format,
      boolean negative,
      int exponent,
      long significand,
      int roundingMode,
      FpStatus status) {
    int shift = Long.numberOfLeadingZeros(significand) - (63 - LEADING_BIT);
    long normalized = shift < 0 ? shiftRightJam(significand, 1) : significand << shift;
    return round(format, negative, exponent - shift, normalized, roundingMode, status);
  }

  /**
   * Rounds {@code ±significand / 2^62 * 2^exponent}, the leading one of {@code significand} being
   * bit 62, and raises NX, UF and OF. Tininess is detected after rounding (20.3).
   */
  static long round(
      Format format,
      boolean negative,
      int exponent,
      long significand,
      int roundingMode,
      FpStatus status) {
    if (exponent > format.exponentMax()) {
      return overflow(format, negative, roundingMode, status);
    }
    int droppedBits = LEADING_BIT - format.fractionBits();
    long increment = increment(negative, droppedBits, roundingMode);
    boolean tiny = false;
    int subnormalShift = format.exponentMin() - exponent;
    if (subnormalShift > 0) {
      // Just below the smallest normal number, rounding as if the exponent had no bound may carry.
      tiny = subnormalShift > 1 || significand + increment >= 0;
      significand = shiftRightJam(significand, subnormalShift);
      exponent = format.exponentMin();
    }
    long dropped = significand & ((1L << droppedBits) - 1);
    long rounded = (significand + increment) >>> droppedBits;
    if (roundingMode == RoundingMode.RNE && dropped == 1L << (droppedBits - 1)) {
      rounded &= ~1L;
    }
    // The leading one of a normal number, or a carry, adds itself to the exponent field.
    long magnitude = ((long) (exponent - format.exponentMin()) << format.fractionBits()) + rounded;
    if (magnitude >= format.infinity()) {
      return overflow(format, negative, roundingMode, status);
    }
    if (dropped != 0) {
      status.flags |= tiny ? FpStatus.NX | FpStatus.UF : FpStatus.NX;
    }
    return format.zero(negative) | magnitude;
  }

  /** What added to a magnitude makes cutting off its last {@code droppedBits} round it. */
  private static long increment(boolean negative, int droppedBits, int roundingMode) {
    long all = (1L << droppedBits) - 1;
    return switch (roundingMode) {
      case RoundingMode.RTZ -> 0;
      case RoundingMode.RDN -> negative ? all : 0;
      case RoundingMode.RUP -> negative ? 0 : all;
      default -> 1L << (droppedBits - 1);
    };
  }

  private static long overflow(Format format, boolean negative, int roundingMode, FpStatus status) {
    status.flags |= FpStatus.OF | FpStatus.NX;
    boolean toLargestFinite =
        switch (roundingMode) {
          case RoundingMode.RTZ -> true;
          case RoundingMode.RDN -> !negative;
          case RoundingMode.RUP -> negative;
          default -> false;
        };
    return format.zero(negative) | (toLargestFinite ? format.largestFinite() : format.infinity());
  }

  /** Shifts an unsigned number right; bit 0 of the result tells too whether a one was lost. */
  static long shiftRightJam(long value, int shift) {
    if (shift == 0) {
      return value;
    }
    if (shift > 63) {
      return value != 0 ? 1 : 0;
    }
    return value >>> shift | (value << -shift != 0 ? 1 : 0);
  }
}
