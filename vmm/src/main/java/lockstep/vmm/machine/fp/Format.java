package lockstep.vmm.machine.fp;

/**
 * An IEEE 754 binary interchange format of at most 64 bits. Its values travel as raw bits in the
 * low end of a {@code long}, zero above.
 *
 * <p>A finite number other than zero is taken apart into a {@linkplain #significand significand}
 * whose leading one is bit {@link #LEADING_BIT}, and an {@linkplain #exponent exponent}: its
 * magnitude is {@code significand / 2^62 * 2^exponent}. Subnormals are normalised on the way.
 *
 * <p>Both formats are constants, so that the JVM compiles the soft arithmetic for each of them.
 */
record Format(int fractionBits, int exponentBits) {
  static final Format BINARY32 = new Format(23, 8);
  static final Format BINARY64 = new Format(52, 11);

  /** Position of the leading one of a significand; the bit above is room for a carry. */
  static final int LEADING_BIT = 62;

  long signMask() {
    return 1L << (fractionBits + exponentBits);
  }

  long fractionMask() {
    return (1L << fractionBits) - 1;
  }

  /** Positive infinity: the largest magnitude that is no NaN. */
  long infinity() {
    return ((1L << exponentBits) - 1) << fractionBits;
  }

  /** The NaN that every arithmetic operation returns: positive, quiet, no payload (20.3). */
  long canonicalNan() {
    return infinity() | 1L << (fractionBits - 1);
  }

  long largestFinite() {
    return infinity() - 1;
  }

  /** Exponent of the smallest normal number. */
  int exponentMin() {
    return 2 - (1 << (exponentBits - 1));
  }

  /** Exponent of the largest finite number. */
  int exponentMax() {
    return (1 << (exponentBits - 1)) - 1;
  }

  boolean negative(long bits) {
    return (bits & signMask()) != 0;
  }

  long magnitude(long bits) {
    return bits & (signMask() - 1);
  }

  boolean isNan(long bits) {
    return magnitude(bits) > infinity();
  }

  boolean isSignalingNan(long bits) {
    return isNan(bits) && (bits & 1L << (fractionBits - 1)) == 0;
  }

  boolean isInfinite(long bits) {
    return magnitude(bits) == infinity();
  }

  boolean isZero(long bits) {
    return magnitude(bits) == 0;
  }

  long zero(boolean negative) {
    return negative ? signMask() : 0;
  }

  long infinity(boolean negative) {
    return zero(negative) | infinity();
  }

  /** Exponent of a finite number other than zero, as if it had been normalised. */
  int exponent(long bits) {
    long magnitude = magnitude(bits);
    int field = (int) (magnitude >>> fractionBits);
    if (field != 0) {
      return field - exponentMax();
    }
    return exponentMin() + 63 - fractionBits - Long.numberOfLeadingZeros(magnitude);
  }

  /** Significand of a finite number other than zero, its leading one at {@link #LEADING_BIT}. */
  long significand(long bits) {
    long magnitude = magnitude(bits);
    if (magnitude >>> fractionBits != 0) {
      magnitude = (magnitude & fractionMask()) | 1L << fractionBits;
    }
    return magnitude << (Long.numberOfLeadingZeros(magnitude) - (63 - LEADING_BIT));
  }
}
