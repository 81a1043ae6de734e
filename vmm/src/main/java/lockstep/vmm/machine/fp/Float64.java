package lockstep.vmm.machine.fp;

import static lockstep.vmm.machine.fp.Format.BINARY64;

/**
 * Double precision (RISC-V D) on raw bits. Every method returns the exact IEEE 754 result, raises
 * the exact flags in {@code status}, and allocates nothing. Rounding modes are the first five of
 * {@link RoundingMode}; another one is the caller's to refuse. Every NaN made here is the canonical
 * one.
 *
 * <p>With to-nearest rounding and NX already raised, the host's own operation decides: its result
 * is right, and no flag can be missing if the result is a normal number above the smallest.
 * Whatever else comes out is computed again by {@link SoftArithmetic}, which is exact in
 * everything.
 */
public final class Float64 {
  /** The NaN that every operation returns. */
  public static final long CANONICAL_NAN = 0x7ff8_0000_0000_0000L;

  private static final long MAGNITUDE = Long.MAX_VALUE;
  private static final long NORMAL_MIN = 0x0010_0000_0000_0000L;
  private static final long INFINITY = 0x7ff0_0000_0000_0000L;

  private Float64() {}

  /** Sum. */
  public static long add(long a, long b, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      long result =
          Double.doubleToRawLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b));
      // A sum that is tiny is exact, and so never underflows.
      if ((result & MAGNITUDE) < INFINITY) {
        return result;
      }
    }
    return SoftArithmetic.add(BINARY64, a, b, roundingMode, status);
  }

  /** Difference. */
  public static long sub(long a, long b, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      long result =
          Double.doubleToRawLongBits(Double.longBitsToDouble(a) - Double.longBitsToDouble(b));
      // A sum that is tiny is exact, and so never underflows.
      if ((result & MAGNITUDE) < INFINITY) {
        return result;
      }
    }
    return SoftArithmetic.add(BINARY64, a, b ^ Long.MIN_VALUE, roundingMode, status);
  }

  /** Product. */
  public static long mul(long a, long b, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      long result =
          Double.doubleToRawLongBits(Double.longBitsToDouble(a) * Double.longBitsToDouble(b));
      if (flagless(result) || exactZero(result, a, b)) {
        return result;
      }
    }
    return SoftArithmetic.mul(BINARY64, a, b, roundingMode, status);
  }

  /** Quotient. */
  public static long div(long a, long b, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      long result =
          Double.doubleToRawLongBits(Double.longBitsToDouble(a) / Double.longBitsToDouble(b));
      if (flagless(result) || exactZero(result, a, a)) {
        return result;
      }
    }
    return SoftArithmetic.div(BINARY64, a, b, roundingMode, status);
  }

  /** Square root. */
  public static long sqrt(long a, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      long result = Double.doubleToRawLongBits(Math.sqrt(Double.longBitsToDouble(a)));
      if (flagless(result) || exactZero(result, a, a)) {
        return result;
      }
    }
    return SoftArithmetic.sqrt(BINARY64, a, roundingMode, status);
  }

  /**
   * Product plus {@code c}, rounded once. For FMSUB, FNMSUB and FNMADD the caller negates {@code a}
   * or {@code c} by their sign bit.
   */
  public static long fma(long a, long b, long c, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      long result =
          Double.doubleToRawLongBits(
              Math.fma(
                  Double.longBitsToDouble(a),
                  Double.longBitsToDouble(b),
                  Double.longBitsToDouble(c)));
      if (flagless(result) || exactZero(result, a, b)) {
        return result;
      }
    }
    return SoftArithmetic.fma(BINARY64, a, b, c, roundingMode, status);
  }

  /** FMIN: the number if one operand is NaN; -0 is less than +0; a signaling NaN raises NV. */
  public static long min(long a, long b, FpStatus status) {
    return Comparison.min(BINARY64, a, b, status);
  }

  /** FMAX: the number if one operand is NaN; +0 is greater than -0; a signaling NaN raises NV. */
  public static long max(long a, long b, FpStatus status) {
    return Comparison.max(BINARY64, a, b, status);
  }

  /** FEQ: false for NaN; only a signaling one raises NV. */
  public static boolean eq(long a, long b, FpStatus status) {
    if (Double.longBitsToDouble(a) == Double.longBitsToDouble(b)) {
      return true;
    }
    if (BINARY64.isSignalingNan(a) || BINARY64.isSignalingNan(b)) {
      status.flags |= FpStatus.NV;
    }
    return false;
  }

  /** FLT: false for NaN, which raises NV. */
  public static boolean lt(long a, long b, FpStatus status) {
    double left = Double.longBitsToDouble(a);
    double right = Double.longBitsToDouble(b);
    if (left < right) {
      return true;
    }
    if (!(left >= right)) {
      status.flags |= FpStatus.NV;
    }
    return false;
  }

  /** FLE: false for NaN, which raises NV. */
  public static boolean le(long a, long b, FpStatus status) {
    double left = Double.longBitsToDouble(a);
    double right = Double.longBitsToDouble(b);
    if (left <= right) {
      return true;
    }
    if (!(left > right)) {
      status.flags |= FpStatus.NV;
    }
    return false;
  }

  /** FCLASS: the mask with one bit of ten set. */
  public static int classify(long a) {
    return Comparison.classify(BINARY64, a);
  }

  /** FCVT.W.D: Signed 32-bit integer, sign-extended; out of range saturates and raises NV. */
  public static long toInt32(long a, int roundingMode, FpStatus status) {
    return SoftConversion.toInteger(BINARY64, a, 32, true, roundingMode, status);
  }

  /** FCVT.WU.D: Unsigned 32-bit integer, sign-extended; out of range saturates and raises NV. */
  public static long toUint32(long a, int roundingMode, FpStatus status) {
    return SoftConversion.toInteger(BINARY64, a, 32, false, roundingMode, status);
  }

  /** FCVT.L.D: Signed 64-bit integer; out of range saturates and raises NV. */
  public static long toInt64(long a, int roundingMode, FpStatus status) {
    return SoftConversion.toInteger(BINARY64, a, 64, true, roundingMode, status);
  }

  /** FCVT.LU.D: Unsigned 64-bit integer; out of range saturates and raises NV. */
  public static long toUint64(long a, int roundingMode, FpStatus status) {
    return SoftConversion.toInteger(BINARY64, a, 64, false, roundingMode, status);
  }

  /** FCVT.D.W: from the low 32 bits of {@code value}, signed; always exact. */
  public static long fromInt32(long value, int roundingMode, FpStatus status) {
    return Double.doubleToRawLongBits((int) value);
  }

  /** FCVT.D.WU: from the low 32 bits of {@code value}, unsigned; always exact. */
  public static long fromUint32(long value, int roundingMode, FpStatus status) {
    return Double.doubleToRawLongBits((double) (value & 0xffff_ffffL));
  }

  /** FCVT.D.L: from {@code value}, signed. */
  public static long fromInt64(long value, int roundingMode, FpStatus status) {
    return SoftConversion.fromInteger(BINARY64, value < 0, Math.abs(value), roundingMode, status);
  }

  /** FCVT.D.LU: from {@code value}, unsigned. */
  public static long fromUint64(long value, int roundingMode, FpStatus status) {
    return SoftConversion.fromInteger(BINARY64, false, value, roundingMode, status);
  }

  /** FCVT.S.D: a NaN becomes the canonical one, a signaling one raises NV. */
  public static int toFloat32(long a, int roundingMode, FpStatus status) {
    if (hostDecides(roundingMode, status)) {
      int result = Float.floatToRawIntBits((float) Double.longBitsToDouble(a));
      if (Float32.flagless(result) || (a & MAGNITUDE) == 0) {
        return result;
      }
    }
    return (int) SoftConversion.convert(BINARY64, Format.BINARY32, a, roundingMode, status);
  }

  private static boolean hostDecides(int roundingMode, FpStatus status) {
    return roundingMode == RoundingMode.RNE && (status.flags & FpStatus.NX) != 0;
  }

  /**
   * Whether a result rounded to nearest can't have raised more than NX: finite, and above the
   * smallest normal number, to which a tiny result may have been rounded up.
   */
  private static boolean flagless(long result) {
    long magnitude = result & MAGNITUDE;
    return magnitude > NORMAL_MIN && magnitude < INFINITY;
  }

  /** Whether the result is zero because a factor is, and so exact. */
  private static boolean exactZero(long result, long a, long b) {
    return (result & MAGNITUDE) == 0 && ((a & MAGNITUDE) == 0 || (b & MAGNITUDE) == 0);
  }
}
