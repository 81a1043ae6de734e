package lockstep.vmm.machine.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Comparisons, minimum, maximum and classes. */
final class ComparisonTest {
  private static final int CASES = 100_000;
  private static final long MINUS_ZERO = Long.MIN_VALUE;
  private static final long QUIET_NAN = 0xfff8_0000_0000_0001L;
  private static final long SIGNALING_NAN = 0x7ff0_0000_0000_0001L;
  private static final long ONE = 0x3ff0_0000_0000_0000L;

  private final FpStatus status = new FpStatus();

  private int takeFlags() {
    int flags = status.flags;
    status.flags = 0;
    return flags;
  }

  @Test
  void doublesCompareAsTheirExactValuesDo() {
    Operands operands = new Operands(Oracle.DOUBLE, 3);
    for (int i = 0; i < CASES; i++) {
      long a = operands.next();
      long b = operands.near(a);
      boolean nan = Oracle.DOUBLE.isNan(a) || Oracle.DOUBLE.isNan(b);
      boolean signaling = Oracle.DOUBLE.isSignalingNan(a) || Oracle.DOUBLE.isSignalingNan(b);
      int order = nan ? 0 : Oracle.DOUBLE.compare(a, b);
      assertEquals(!nan && order == 0, Float64.eq(a, b, status));
      assertEquals(signaling ? FpStatus.NV : 0, takeFlags());
      assertEquals(!nan && order < 0, Float64.lt(a, b, status));
      assertEquals(nan ? FpStatus.NV : 0, takeFlags());
      assertEquals(!nan && order <= 0, Float64.le(a, b, status));
      assertEquals(nan ? FpStatus.NV : 0, takeFlags());
      if (!nan && order != 0) {
        assertEquals(order < 0 ? a : b, Float64.min(a, b, status));
        assertEquals(order < 0 ? b : a, Float64.max(a, b, status));
        assertEquals(0, takeFlags());
      }
    }
  }

  @Test
  void singlesCompareAsTheirExactValuesDo() {
    Operands operands = new Operands(Oracle.SINGLE, 4);
    for (int i = 0; i < CASES; i++) {
      long a = operands.next();
      long b = operands.near(a);
      boolean nan = Oracle.SINGLE.isNan(a) || Oracle.SINGLE.isNan(b);
      boolean signaling = Oracle.SINGLE.isSignalingNan(a) || Oracle.SINGLE.isSignalingNan(b);
      int order = nan ? 0 : Oracle.SINGLE.compare(a, b);
      assertEquals(!nan && order == 0, Float32.eq((int) a, (int) b, status));
      assertEquals(signaling ? FpStatus.NV : 0, takeFlags());
      assertEquals(!nan && order < 0, Float32.lt((int) a, (int) b, status));
      assertEquals(nan ? FpStatus.NV : 0, takeFlags());
      assertEquals(!nan && order <= 0, Float32.le((int) a, (int) b, status));
      assertEquals(nan ? FpStatus.NV : 0, takeFlags());
      if (!nan && order != 0) {
        assertEquals((int) (order < 0 ? a : b), Float32.min((int) a, (int) b, status));
        assertEquals((int) (order < 0 ? b : a), Float32.max((int) a, (int) b, status));
        assertEquals(0, takeFlags());
      }
    }
  }

  @Test
  void minusZeroIsLessThanZeroForMinAndMax() {
    assertEquals(MINUS_ZERO, Float64.min(0, MINUS_ZERO, status));
    assertEquals(MINUS_ZERO, Float64.min(MINUS_ZERO, 0, status));
    assertEquals(0, Float64.max(0, MINUS_ZERO, status));
    assertEquals(0, Float64.max(MINUS_ZERO, 0, status));
    assertEquals(0x8000_0000, Float32.min(0, 0x8000_0000, status));
    assertEquals(0, Float32.max(0x8000_0000, 0, status));
    assertEquals(0, takeFlags());
  }

  @Test
  void minAndMaxPreferTheNumberToANan() {
    assertEquals(ONE, Float64.min(QUIET_NAN, ONE, status));
    assertEquals(ONE, Float64.max(ONE, QUIET_NAN, status));
    assertEquals(0, takeFlags());
    assertEquals(ONE, Float64.min(SIGNALING_NAN, ONE, status));
    assertEquals(FpStatus.NV, takeFlags());
    assertEquals(Float64.CANONICAL_NAN, Float64.max(QUIET_NAN, QUIET_NAN, status));
    assertEquals(0, takeFlags());
    assertEquals(Float32.CANONICAL_NAN, Float32.min(0xff80_0001, 0x7fc0_1234, status));
    assertEquals(FpStatus.NV, takeFlags());
  }

  @Test
  void aClassIsOneBitOfTen() {
    long[] representatives = {
      0xfff0_0000_0000_0000L, // -inf
      0xbff0_0000_0000_0000L,
      0x8000_0000_0000_0001L,
      MINUS_ZERO,
      0,
      0x000f_ffff_ffff_ffffL,
      0x0010_0000_0000_0000L,
      0x7ff0_0000_0000_0000L,
      SIGNALING_NAN,
      QUIET_NAN
    };
    for (int i = 0; i < representatives.length; i++) {
      assertEquals(1 << i, Float64.classify(representatives[i]), "class " + i);
    }
    int[] singles = {
      0xff80_0000,
      0x8080_0000,
      0x807f_ffff,
      0x8000_0000,
      0,
      1,
      0x7f7f_ffff,
      0x7f80_0000,
      0xff80_0001,
      0xffc0_0000
    };
    for (int i = 0; i < singles.length; i++) {
      assertEquals(1 << i, Float32.classify(singles[i]), "class " + i);
    }
  }
}
