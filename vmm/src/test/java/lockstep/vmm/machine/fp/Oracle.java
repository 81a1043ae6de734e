package lockstep.vmm.machine.fp;

import java.math.BigInteger;

/**
 * IEEE 754 arithmetic the slow and obvious way: exact rationals of unbounded integers, rounded by
 * looking at the two neighbours. Shares no code and no method with what it judges.
 *
 * @param precision bits of a significand, the leading one included
 * @param exponentMax exponent of the largest finite number
 */
record Oracle(int precision, int exponentMax) {
  static final Oracle SINGLE = new Oracle(24, 127);
  static final Oracle DOUBLE = new Oracle(53, 1023);

  /** A result and the flags raised with it. */
  record Answer(long bits, int flags) {}

  /** {@code numerator / denominator}; the sign of zero is kept beside it. */
  private record Rational(BigInteger numerator, BigInteger denominator) {
    static Rational of(BigInteger numerator, BigInteger denominator) {
      return denominator.signum() < 0
          ? new Rational(numerator.negate(), denominator.negate())
          : new Rational(numerator, denominator);
    }

    Rational plus(Rational other) {
      return of(
          numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
          denominator.multiply(other.denominator));
    }

    Rational times(Rational other) {
      return of(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
    }

    Rational over(Rational other) {
      return of(numerator.multiply(other.denominator), denominator.multiply(other.numerator));
    }

    Rational timesPowerOfTwo(int power) {
      return power >= 0
          ? new Rational(numerator.shiftLeft(power), denominator)
          : new Rational(numerator, denominator.shiftLeft(-power));
    }

    BigInteger floorOfMagnitude() {
      return numerator.abs().divide(denominator);
    }
  }

  int width() {
    return precision == 24 ? 32 : 64;
  }

  private int fieldMax() {
    return 2 * exponentMax + 1;
  }

  private boolean negative(long bits) {
    return (bits >>> (width() - 1) & 1) != 0;
  }

  private long fraction(long bits) {
    return bits & ((1L << (precision - 1)) - 1);
  }

  private int field(long bits) {
    return (int) (bits >>> (precision - 1)) & fieldMax();
  }

  private boolean nan(long bits) {
    return field(bits) == fieldMax() && fraction(bits) != 0;
  }

  private boolean signaling(long bits) {
    return nan(bits) && (bits >>> (precision - 2) & 1) == 0;
  }

  private boolean infinite(long bits) {
    return field(bits) == fieldMax() && fraction(bits) == 0;
  }

  private boolean zero(long bits) {
    return field(bits) == 0 && fraction(bits) == 0;
  }

  private Rational value(long bits) {
    int field = field(bits);
    long significand = field == 0 ? fraction(bits) : fraction(bits) | 1L << (precision - 1);
    Rational magnitude =
        new Rational(
            BigInteger.valueOf(negative(bits) ? -significand : significand), BigInteger.ONE);
    return magnitude.timesPowerOfTwo(Math.max(field, 1) - exponentMax - (precision - 1));
  }

  private long pack(boolean negative, int field, long fraction) {
    long sign = negative ? 1L << (width() - 1) : 0;
    return sign | (long) field << (precision - 1) | fraction;
  }

  private long canonicalNan() {
    return pack(false, fieldMax(), 1L << (precision - 2));
  }

  private Answer invalid() {
    return new Answer(canonicalNan(), FpStatus.NV);
  }

  private Answer exact(long bits) {
    return new Answer(bits, 0);
  }

  private Answer nanOf(long... operands) {
    int flags = 0;
    for (long operand : operands) {
      flags |= signaling(operand) ? FpStatus.NV : 0;
    }
    return new Answer(canonicalNan(), flags);
  }

  /** Whether the magnitude that follows {@code floor} is the rounded one. */
  private static boolean roundsAway(
      boolean negative, BigInteger floor, int restAgainstHalf, boolean exact, int roundingMode) {
    if (exact) {
      return false;
    }
    return switch (roundingMode) {
      case RoundingMode.RNE -> restAgainstHalf > 0 || (restAgainstHalf == 0 && floor.testBit(0));
      case RoundingMode.RTZ -> false;
      case RoundingMode.RDN -> negative;
      case RoundingMode.RUP -> !negative;
      case RoundingMode.RMM -> restAgainstHalf >= 0;
      default -> throw new IllegalArgumentException("rounding mode " + roundingMode);
    };
  }

  private static BigInteger toInteger(Rational value, boolean negative, int roundingMode) {
    BigInteger floor = value.floorOfMagnitude();
    BigInteger rest = value.numerator.abs().subtract(floor.multiply(value.denominator));
    boolean exact = rest.signum() == 0;
    int againstHalf = rest.shiftLeft(1).compareTo(value.denominator);
    return roundsAway(negative, floor, againstHalf, exact, roundingMode)
        ? floor.add(BigInteger.ONE)
        : floor;
  }

  /** The exponent of the power of two not above the magnitude. */
  private static int exponentOf(Rational value) {
    int guess = value.numerator.abs().bitLength() - value.denominator.bitLength();
    return value.timesPowerOfTwo(-guess).floorOfMagnitude().signum() > 0 ? guess : guess - 1;
  }

  /** Rounds a number that is not zero. */
  private Answer rounded(Rational value, int roundingMode) {
    boolean negative = value.numerator.signum() < 0;
    int exponentMin = 1 - exponentMax;
    int exponent = exponentOf(value);
    int quantum = Math.max(exponent, exponentMin) - (precision - 1);
    Rational scaled = value.timesPowerOfTwo(-quantum);
    BigInteger integer = toInteger(scaled, negative, roundingMode);
    boolean inexact = !integer.multiply(scaled.denominator).equals(scaled.numerator.abs());

    Rational unbounded = value.timesPowerOfTwo(precision - 1 - exponent);
    BigInteger asIfUnbounded = toInteger(unbounded, negative, roundingMode);
    boolean tiny =
        exponent < exponentMin - 1
            || (exponent == exponentMin - 1 && asIfUnbounded.bitLength() == precision);

    int flags = inexact ? FpStatus.NX : 0;
    if (tiny && inexact) {
      flags |= FpStatus.UF;
    }
    if (integer.signum() == 0) {
      return new Answer(pack(negative, 0, 0), flags);
    }
    if (integer.bitLength() > precision) {
      integer = integer.shiftRight(1);
      quantum++;
    }
    if (quantum + precision - 1 > exponentMax) {
      return overflow(negative, roundingMode);
    }
    int field = integer.bitLength() < precision ? 0 : quantum + precision - 1 + exponentMax;
    return new Answer(pack(negative, field, fraction(integer.longValueExact())), flags);
  }

  private Answer overflow(boolean negative, int roundingMode) {
    boolean infinity =
        roundingMode == RoundingMode.RNE
            || roundingMode == RoundingMode.RMM
            || (roundingMode == RoundingMode.RUP && !negative)
            || (roundingMode == RoundingMode.RDN && negative);
    long bits =
        infinity
            ? pack(negative, fieldMax(), 0)
            : pack(negative, fieldMax() - 1, (1L << (precision - 1)) - 1);
    return new Answer(bits, FpStatus.OF | FpStatus.NX);
  }

  /** A sum whose addends have these signs, which decide if it is zero. */
  private Answer sum(
      Rational value, boolean leftNegative, boolean rightNegative, int roundingMode) {
    if (value.numerator.signum() != 0) {
      return rounded(value, roundingMode);
    }
    boolean negative =
        leftNegative == rightNegative ? leftNegative : roundingMode == RoundingMode.RDN;
    return exact(pack(negative, 0, 0));
  }

  Answer add(long a, long b, int roundingMode) {
    if (nan(a) || nan(b)) {
      return nanOf(a, b);
    }
    if (infinite(a) && infinite(b)) {
      return a == b ? exact(a) : invalid();
    }
    if (infinite(a) || infinite(b)) {
      return exact(infinite(a) ? a : b);
    }
    return sum(value(a).plus(value(b)), negative(a), negative(b), roundingMode);
  }

  Answer sub(long a, long b, int roundingMode) {
    return add(a, b ^ 1L << (width() - 1), roundingMode);
  }

  Answer mul(long a, long b, int roundingMode) {
    boolean negative = negative(a) != negative(b);
    if (nan(a) || nan(b)) {
      return nanOf(a, b);
    }
    if ((infinite(a) && zero(b)) || (zero(a) && infinite(b))) {
      return invalid();
    }
    if (infinite(a) || infinite(b)) {
      return exact(pack(negative, fieldMax(), 0));
    }
    if (zero(a) || zero(b)) {
      return exact(pack(negative, 0, 0));
    }
    return rounded(value(a).times(value(b)), roundingMode);
  }

  Answer div(long a, long b, int roundingMode) {
    boolean negative = negative(a) != negative(b);
    if (nan(a) || nan(b)) {
      return nanOf(a, b);
    }
    if ((infinite(a) && infinite(b)) || (zero(a) && zero(b))) {
      return invalid();
    }
    if (infinite(a)) {
      return exact(pack(negative, fieldMax(), 0));
    }
    if (zero(b)) {
      return new Answer(pack(negative, fieldMax(), 0), FpStatus.DZ);
    }
    if (infinite(b) || zero(a)) {
      return exact(pack(negative, 0, 0));
    }
    return rounded(value(a).over(value(b)), roundingMode);
  }

  Answer sqrt(long a, int roundingMode) {
    if (nan(a)) {
      return nanOf(a);
    }
    if (zero(a)) {
      return exact(a);
    }
    if (negative(a)) {
      return invalid();
    }
    if (infinite(a)) {
      return exact(a);
    }
    // Enough binary places for the smallest root, and one more to tell that the root goes on.
    int places = 700;
    Rational scaled = value(a).timesPowerOfTwo(2 * places);
    BigInteger radicand = scaled.floorOfMagnitude();
    BigInteger root = radicand.sqrt();
    boolean exact =
        root.multiply(root).equals(radicand)
            && radicand.multiply(scaled.denominator).equals(scaled.numerator);
    BigInteger withSticky = root.shiftLeft(1).add(exact ? BigInteger.ZERO : BigInteger.ONE);
    return rounded(
        new Rational(withSticky, BigInteger.ONE).timesPowerOfTwo(-places - 1), roundingMode);
  }

  Answer fma(long a, long b, long c, int roundingMode) {
    boolean productNegative = negative(a) != negative(b);
    if ((infinite(a) && zero(b)) || (zero(a) && infinite(b))) {
      return invalid();
    }
    if (nan(a) || nan(b) || nan(c)) {
      return nanOf(a, b, c);
    }
    if (infinite(a) || infinite(b)) {
      return infinite(c) && negative(c) != productNegative
          ? invalid()
          : exact(pack(productNegative, fieldMax(), 0));
    }
    if (infinite(c)) {
      return exact(c);
    }
    return sum(value(a).times(value(b)).plus(value(c)), productNegative, negative(c), roundingMode);
  }

  /** To an integer between the bounds, both included; 32-bit results are sign-extended. */
  Answer toInteger(long a, int integerWidth, boolean signed, int roundingMode) {
    BigInteger one = BigInteger.ONE;
    BigInteger least = signed ? one.shiftLeft(integerWidth - 1).negate() : BigInteger.ZERO;
    BigInteger most = one.shiftLeft(signed ? integerWidth - 1 : integerWidth).subtract(one);
    if (nan(a) || infinite(a)) {
      return integer(negative(a) && !nan(a) ? least : most, integerWidth, FpStatus.NV);
    }
    Rational value = value(a);
    BigInteger magnitude = toInteger(value, negative(a), roundingMode);
    BigInteger result = negative(a) ? magnitude.negate() : magnitude;
    if (result.compareTo(least) < 0) {
      return integer(least, integerWidth, FpStatus.NV);
    }
    if (result.compareTo(most) > 0) {
      return integer(most, integerWidth, FpStatus.NV);
    }
    boolean inexact = !result.multiply(value.denominator).equals(value.numerator);
    return integer(result, integerWidth, inexact ? FpStatus.NX : 0);
  }

  private static Answer integer(BigInteger value, int integerWidth, int flags) {
    return new Answer(integerWidth == 32 ? value.intValue() : value.longValue(), flags);
  }

  Answer fromInteger(BigInteger value, int roundingMode) {
    return value.signum() == 0
        ? exact(0)
        : rounded(new Rational(value, BigInteger.ONE), roundingMode);
  }

  Answer convertTo(Oracle to, long a, int roundingMode) {
    if (nan(a)) {
      return new Answer(to.canonicalNan(), signaling(a) ? FpStatus.NV : 0);
    }
    if (infinite(a)) {
      return exact(to.pack(negative(a), to.fieldMax(), 0));
    }
    if (zero(a)) {
      return exact(to.pack(negative(a), 0, 0));
    }
    return to.rounded(value(a), roundingMode);
  }

  /** Negative, zero or positive as {@code a} is below, equal to or above {@code b}; no NaNs. */
  int compare(long a, long b) {
    if (infinite(a) || infinite(b)) {
      return Integer.compare(rank(a), rank(b));
    }
    BigInteger difference = value(a).plus(value(b ^ 1L << (width() - 1))).numerator;
    return difference.signum();
  }

  private int rank(long bits) {
    return infinite(bits) ? (negative(bits) ? -1 : 1) : 0;
  }

  boolean isNan(long bits) {
    return nan(bits);
  }

  boolean isSignalingNan(long bits) {
    return signaling(bits);
  }
}
