package lockstep.vmm.machine.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import lockstep.vmm.machine.fp.Oracle.Answer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation equals the oracle in result and flags, in all modes, on both paths. */
final class FloatingPointTest {
  private static final int CASES = 8_000;
  private static final int CASES_SLOW = 250_000;

  enum Precision {
    SINGLE,
    DOUBLE;

    private Oracle oracle() {
      return switch (this) {
        case SINGLE -> Oracle.SINGLE;
        case DOUBLE -> Oracle.DOUBLE;
      };
    }

    private List<Operation> operations() {
      return switch (this) {
        case SINGLE -> Operation.onSingles();
        case DOUBLE -> Operation.onDoubles();
      };
    }
  }

  /** Both paths: with NX raised before (the host may decide) and without. */
  private static void check(Operation operation, long a, long b, long c, int roundingMode) {
    Answer expected = operation.expected().apply(a, b, c, roundingMode);
    for (int before : new int[] {0, FpStatus.NX}) {
      FpStatus status = new FpStatus();
      status.flags = before;
      long actual = operation.tested().apply(a, b, c, roundingMode, status);
      if (actual != expected.bits() || status.flags != (expected.flags() | before)) {
        fail(
            String.format(
                "%s(%x, %x, %x) mode %d, flags before %d: %x flags %d, expected %x flags %d",
                operation.name(),
                a,
                b,
                c,
                roundingMode,
                before,
                actual,
                status.flags,
                expected.bits(),
                expected.flags()));
      }
    }
  }

  private static void checkRandomly(Precision precision, int cases, long seed) {
    for (Operation operation : precision.operations()) {
      Operands operands = new Operands(precision.oracle(), seed + operation.name().hashCode());
      for (int i = 0; i < cases; i++) {
        long a = operands.next();
        long b = operands.near(a);
        long c = operands.nextInt(4) == 0 ? productNegated(precision, a, b) : operands.near(b);
        check(operation, a, b, operands.nextInt(8) == 0 ? operands.near(c) : c, i % 5);
      }
    }
  }

  /** An addend that a fused product nearly cancels. */
  private static long productNegated(Precision precision, long a, long b) {
    Answer product = precision.oracle().mul(a, b, RoundingMode.RNE);
    return product.bits() ^ 1L << (precision.oracle().width() - 1);
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationEqualsTheOracle(Precision precision) {
    checkRandomly(precision, CASES, 1);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("slow")
  void everyOperationEqualsTheOracleOnMillions(Precision precision) {
    checkRandomly(precision, CASES_SLOW, 2);
  }

  @ParameterizedTest
  @EnumSource
  void everyPairOfSpecialValuesIsRightInEveryMode(Precision precision) {
    long[] special = Operands.special(precision.oracle());
    for (Operation operation : precision.operations()) {
      for (long a : special) {
        for (long b : special) {
          for (int roundingMode = 0; roundingMode < 5; roundingMode++) {
            check(
                operation,
                a,
                b,
                special[(int) Math.floorMod(a * 31 + b, (long) special.length)],
                roundingMode);
          }
        }
      }
    }
  }

  @Test
  void integersConvertAsTheOracleSays() {
    for (Operation operation : Operation.onIntegers()) {
      Operands operands = new Operands(Oracle.DOUBLE, operation.name().hashCode());
      for (long edge : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, 1L << 32}) {
        for (int roundingMode = 0; roundingMode < 5; roundingMode++) {
          check(operation, edge, 0, 0, roundingMode);
        }
      }
      for (int i = 0; i < CASES; i++) {
        check(operation, operands.integer(), 0, 0, i % 5);
      }
    }
  }

  @Test
  void aSingleThatIsNotBoxedReadsAsTheCanonicalNan() {
    assertEquals(0x3f80_0000, Float32.unbox(0xffff_ffff_3f80_0000L));
    assertEquals(0x7fc0_0000, Float32.unbox(0xffff_fffe_3f80_0000L));
    assertEquals(0xffff_ffff_bf80_0000L, Float32.box(0xbf80_0000));
    assertEquals(0xffff_ffff_3f80_0000L, Float32.box(0x3f80_0000));
  }
}
