package lockstep.vmm.machine.fp;

import static lockstep.vmm.machine.fp.Format.BINARY32;

/**
 * Single precision (RISC-V F) on raw bits. Every method returns the exact IEEE 754 result, raises
 * the exact flags in {@code status}, and allocates nothing. Rounding modes are the first five of
 * {@link RoundingMode}; another one is the caller's to refuse. Every NaN made here is the canonical
 * one.
 *
 * <p>With to-nearest rounding and NX already raised, the host's own operation decides: its result
 * is right, and no flag can be missing if the result is a normal number above the smallest.
 * Whatever else comes out is computed again by {@link SoftArithmetic}, which is exact in
 * everything.
 */
public final class Float32 {
  /** The NaN that every operation returns. */
  public static final int CANONICAL_NAN = 0x7fc0_0000;

  private static final int MAGNITUDE = Integer.MAX_VALUE;
  private static final int NORMAL_MIN = 0x0080_0000;
  private static final int INFINITY = 0x7f80_0000;

  private Float32() {}

  /**
   * The single-precision value in an FP register, or the canonical NaN if the register holds no
   * NaN-boxed one (21.2).
   */
  public static int unbox(long register) {
    return register >>> 32 == 0xffff_ffffL ? (int) register : CANONICAL_NAN;
  }

  /** NaN-boxes a single-precision value for an FP register (21.2). */
  public static long box(int a) {
    return 0xffff_ffff_0000_0000L | a;
  }

  /** Sum. */
  public static int add(int a, int b, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      int result = Float.floatToRawIntBits(Float.intBitsToFloat(a) + Float.intBitsToFloat(b));
      // A sum that is tiny is exact, and so never underflows.
      if ((result & MAGNITUDE) < INFINITY) {
        return result;
      }
    }
    return (int) SoftArithmetic.add(BINARY32, wide(a), wide(b), roundingMode, status);
  }

  /** Difference. */
  public static int sub(int a, int b, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      int result = Float.floatToRawIntBits(Float.intBitsToFloat(a) - Float.intBitsToFloat(b));
      // A sum that is tiny is exact, and so never underflows.
      if ((result & MAGNITUDE) < INFINITY) {
        return result;
      }
    }
    return (int)
        SoftArithmetic.add(BINARY32, wide(a), wide(b ^ Integer.MIN_VALUE), roundingMode, status);
  }

  /** Product. */
  public static int mul(int a, int b, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      int result = Float.floatToRawIntBits(Float.intBitsToFloat(a) * Float.intBitsToFloat(b));
      if (flagless(result) || exactZero(result, a, b)) {
        return result;
      }
    }
    return (int) SoftArithmetic.mul(BINARY32, wide(a), wide(b), roundingMode, status);
  }

  /** Quotient. */
  public static int div(int a, int b, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      int result = Float.floatToRawIntBits(Float.intBitsToFloat(a) / Float.intBitsToFloat(b));
      if (flagless(result) || exactZero(result, a, a)) {
        return result;
      }
    }
    return (int) SoftArithmetic.div(BINARY32, wide(a), wide(b), roundingMode, status);
  }

  /** Square root. */
  public static int sqrt(int a, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      int result = Float.floatToRawIntBits((float) Math.sqrt(Float.intBitsToFloat(a)));
      if (flagless(result) || exactZero(result, a, a)) {
        return result;
      }
    }
    return (int) SoftArithmetic.sqrt(BINARY32, wide(a), roundingMode, status);
  }

  /**
   * Product plus {@code c}, rounded once. For FMSUB, FNMSUB and FNMADD the caller negates {@code a}
   * or {@code c} by their sign bit.
   */
  public static int fma(int a, int b, int c, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      int result =
          Float.floatToRawIntBits(
              Math.fma(Float.intBitsToFloat(a), Float.intBitsToFloat(b), Float.intBitsToFloat(c)));
      if (flagless(result) || exactZero(result, a, b)) {
        return result;
      }
    }
    return (int) SoftArithmetic.fma(BINARY32, wide(a), wide(b), wide(c), roundingMode, status);
  }

  /** FMIN: the number if one operand is NaN; -0 is less than +0; a signaling NaN raises NV. */
  public static int min(int a, int b, FpStatus status) {
    return (int) Comparison.min(BINARY32, wide(a), wide(b), status);
  }

  /** FMAX: the number if one operand is NaN; +0 is greater than -0; a signaling NaN raises NV. */
  public static int max(int a, int b, FpStatus status) {
    return (int) Comparison.max(BINARY32, wide(a), wide(b), status);
  }

  /** FEQ: false for NaN; only a signaling one raises NV. */
  public static boolean eq(int a, int b, FpStatus status) {
    if (Float.intBitsToFloat(a) == Float.intBitsToFloat(b)) {
      return true;
    }
    if (BINARY32.isSignalingNan(wide(a)) || BINARY32.isSignalingNan(wide(b))) {
      status.flags |= FpStatus.NV;
    }
    return false;
  }

  /** FLT: false for NaN, which raises NV. */
  public static boolean lt(int a, int b, FpStatus status) {
    float left = Float.intBitsToFloat(a);
    float right = Float.intBitsToFloat(b);
    if (left < right) {
      return true;
    }
    if (!(left >= right)) {
      status.flags |= FpStatus.NV;
    }
    return false;
  }

  /** FLE: false for NaN, which raises NV. */
  public static boolean le(int a, int b, FpStatus status) {
    float left = Float.intBitsToFloat(a);
    float right = Float.intBitsToFloat(b);
    if (left <= right) {
      return true;
    }
    if (!(left > right)) {
      status.flags |= FpStatus.NV;
    }
    return false;
  }

  /** FCLASS: the mask with one bit of ten set. */
  public static int classify(int a) {
    return Comparison.classify(BINARY32, wide(a));
  }

  /** FCVT.W.S: Signed 32-bit integer, sign-extended; out of range saturates and raises NV. */
  public static long toInt32(int a, int roundingMode, FpStatus status) {
    return SoftConversion.toInteger(BINARY32, wide(a), 32, true, roundingMode, status);
  }

  /** FCVT.WU.S: Unsigned 32-bit integer, sign-extended; out of range saturates and raises NV. */
  public static long toUint32(int a, int roundingMode, FpStatus status) {
    return SoftConversion.toInteger(BINARY32, wide(a), 32, false, roundingMode, status);
  }

  /** FCVT.L.S: Signed 64-bit integer; out of range saturates and raises NV. */
  public static long toInt64(int a, int roundingMode, FpStatus status) {
    return SoftConversion.toInteger(BINARY32, wide(a), 64, true, roundingMode, status);
  }

  /** FCVT.LU.S: Unsigned 64-bit integer; out of range saturates and raises NV. */
  public static long toUint64(int a, int roundingMode, FpStatus status) {
    return SoftConversion.toInteger(BINARY32, wide(a), 64, false, roundingMode, status);
  }

  /** FCVT.S.W: from the low 32 bits of {@code value}, signed. */
  public static int fromInt32(long value, int roundingMode, FpStatus status) {
    return (int)
        SoftConversion.fromInteger(
            BINARY32, (int) value < 0, Math.abs((long) (int) value), roundingMode, status);
  }

  /** FCVT.S.WU: from the low 32 bits of {@code value}, unsigned. */
  public static int fromUint32(long value, int roundingMode, FpStatus status) {
    return (int)
        SoftConversion.fromInteger(BINARY32, false, value & 0xffff_ffffL, roundingMode, status);
  }

  /** FCVT.S.L: from {@code value}, signed. */
  public static int fromInt64(long value, int roundingMode, FpStatus status) {
    return (int)
        SoftConversion.fromInteger(BINARY32, value < 0, Math.abs(value), roundingMode, status);
  }

  /** FCVT.S.LU: from {@code value}, unsigned. */
  public static int fromUint64(long value, int roundingMode, FpStatus status) {
    return (int) SoftConversion.fromInteger(BINARY32, false, value, roundingMode, status);
  }

  /** FCVT.D.S: always exact; a NaN becomes the canonical one, a signaling one raises NV. */
  public static long toFloat64(int a, FpStatus status) {
    float number = Float.intBitsToFloat(a);
    if (!Float.isNaN(number)) {
      return Double.doubleToRawLongBits(number);
    }
    return SoftConversion.convert(BINARY32, Format.BINARY64, wide(a), RoundingMode.RNE, status);
  }

  private static boolean hostDecides(int roundingMode, FpStatus status) {
    return roundingMode == RoundingMode.RNE && (status.flags & FpStatus.NX) != 0;
  }

  /**
   * Whether a result rounded to nearest can't have raised more than NX: finite, and above the
   * smallest normal number, to which a tiny result may have been rounded up.
   */
  static boolean flagless(int result) {
    int magnitude = result & MAGNITUDE;
    return magnitude > NORMAL_MIN && magnitude < INFINITY;
  }

  /** Whether the result is zero because a factor is, and so exact. */
  private static boolean exactZero(int result, int a, int b) {
    return (result & MAGNITUDE) == 0 && ((a & MAGNITUDE) == 0 || (b & MAGNITUDE) == 0);
  }

  private static long wide(int a) {
    return a & 0xffff_ffffL;
  }
}
