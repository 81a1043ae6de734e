package lockstep.vmm.machine.fp;

import static lockstep.vmm.machine.fp.Oracle.DOUBLE;
import static lockstep.vmm.machine.fp.Oracle.SINGLE;

import java.math.BigInteger;
import java.util.List;
import lockstep.vmm.machine.fp.Oracle.Answer;

/** An operation under test beside its oracle; each ignores the operands it does not have. */
record Operation(String name, Tested tested, Expected expected) {

  @FunctionalInterface
  interface Tested {
    long apply(long a, long b, long c, int roundingMode, FpStatus status);
  }

  @FunctionalInterface
  interface Expected {
    Answer apply(long a, long b, long c, int roundingMode);
  }

  /** Every operation that rounds and has single-precision operands. */
  static List<Operation> onSingles() {
    return List.of(
        new Operation(
            "fadd.s",
            (a, b, c, rm, st) -> wide(Float32.add((int) a, (int) b, rm, st)),
            (a, b, c, rm) -> SINGLE.add(a, b, rm)),
        new Operation(
            "fsub.s",
            (a, b, c, rm, st) -> wide(Float32.sub((int) a, (int) b, rm, st)),
            (a, b, c, rm) -> SINGLE.sub(a, b, rm)),
        new Operation(
            "fmul.s",
            (a, b, c, rm, st) -> wide(Float32.mul((int) a, (int) b, rm, st)),
            (a, b, c, rm) -> SINGLE.mul(a, b, rm)),
        new Operation(
            "fdiv.s",
            (a, b, c, rm, st) -> wide(Float32.div((int) a, (int) b, rm, st)),
            (a, b, c, rm) -> SINGLE.div(a, b, rm)),
        new Operation(
            "fsqrt.s",
            (a, b, c, rm, st) -> wide(Float32.sqrt((int) a, rm, st)),
            (a, b, c, rm) -> SINGLE.sqrt(a, rm)),
        new Operation(
            "fmadd.s",
            (a, b, c, rm, st) -> wide(Float32.fma((int) a, (int) b, (int) c, rm, st)),
            (a, b, c, rm) -> SINGLE.fma(a, b, c, rm)),
        new Operation(
            "fcvt.w.s",
            (a, b, c, rm, st) -> Float32.toInt32((int) a, rm, st),
            (a, b, c, rm) -> SINGLE.toInteger(a, 32, true, rm)),
        new Operation(
            "fcvt.wu.s",
            (a, b, c, rm, st) -> Float32.toUint32((int) a, rm, st),
            (a, b, c, rm) -> SINGLE.toInteger(a, 32, false, rm)),
        new Operation(
            "fcvt.l.s",
            (a, b, c, rm, st) -> Float32.toInt64((int) a, rm, st),
            (a, b, c, rm) -> SINGLE.toInteger(a, 64, true, rm)),
        new Operation(
            "fcvt.lu.s",
            (a, b, c, rm, st) -> Float32.toUint64((int) a, rm, st),
            (a, b, c, rm) -> SINGLE.toInteger(a, 64, false, rm)),
        new Operation(
            "fcvt.d.s",
            (a, b, c, rm, st) -> Float32.toFloat64((int) a, st),
            (a, b, c, rm) -> SINGLE.convertTo(DOUBLE, a, rm)));
  }

  /** Every operation that rounds and has double-precision operands. */
  static List<Operation> onDoubles() {
    return List.of(
        new Operation(
            "fadd.d",
            (a, b, c, rm, st) -> Float64.add(a, b, rm, st),
            (a, b, c, rm) -> DOUBLE.add(a, b, rm)),
        new Operation(
            "fsub.d",
            (a, b, c, rm, st) -> Float64.sub(a, b, rm, st),
            (a, b, c, rm) -> DOUBLE.sub(a, b, rm)),
        new Operation(
            "fmul.d",
            (a, b, c, rm, st) -> Float64.mul(a, b, rm, st),
            (a, b, c, rm) -> DOUBLE.mul(a, b, rm)),
        new Operation(
            "fdiv.d",
            (a, b, c, rm, st) -> Float64.div(a, b, rm, st),
            (a, b, c, rm) -> DOUBLE.div(a, b, rm)),
        new Operation(
            "fsqrt.d",
            (a, b, c, rm, st) -> Float64.sqrt(a, rm, st),
            (a, b, c, rm) -> DOUBLE.sqrt(a, rm)),
        new Operation(
            "fmadd.d",
            (a, b, c, rm, st) -> Float64.fma(a, b, c, rm, st),
            (a, b, c, rm) -> DOUBLE.fma(a, b, c, rm)),
        new Operation(
            "fcvt.w.d",
            (a, b, c, rm, st) -> Float64.toInt32(a, rm, st),
            (a, b, c, rm) -> DOUBLE.toInteger(a, 32, true, rm)),
        new Operation(
            "fcvt.wu.d",
            (a, b, c, rm, st) -> Float64.toUint32(a, rm, st),
            (a, b, c, rm) -> DOUBLE.toInteger(a, 32, false, rm)),
        new Operation(
            "fcvt.l.d",
            (a, b, c, rm, st) -> Float64.toInt64(a, rm, st),
            (a, b, c, rm) -> DOUBLE.toInteger(a, 64, true, rm)),
        new Operation(
            "fcvt.lu.d",
            (a, b, c, rm, st) -> Float64.toUint64(a, rm, st),
            (a, b, c, rm) -> DOUBLE.toInteger(a, 64, false, rm)),
        new Operation(
            "fcvt.s.d",
            (a, b, c, rm, st) -> wide(Float64.toFloat32(a, rm, st)),
            (a, b, c, rm) -> DOUBLE.convertTo(SINGLE, a, rm)));
  }

  /** Conversions from integers; the first operand is the integer. */
  static List<Operation> onIntegers() {
    return List.of(
        new Operation(
            "fcvt.s.w",
            (a, b, c, rm, st) -> wide(Float32.fromInt32(a, rm, st)),
            (a, b, c, rm) -> SINGLE.fromInteger(signed((int) a), rm)),
        new Operation(
            "fcvt.s.wu",
            (a, b, c, rm, st) -> wide(Float32.fromUint32(a, rm, st)),
            (a, b, c, rm) -> SINGLE.fromInteger(BigInteger.valueOf(wide((int) a)), rm)),
        new Operation(
            "fcvt.s.l",
            (a, b, c, rm, st) -> wide(Float32.fromInt64(a, rm, st)),
            (a, b, c, rm) -> SINGLE.fromInteger(BigInteger.valueOf(a), rm)),
        new Operation(
            "fcvt.s.lu",
            (a, b, c, rm, st) -> wide(Float32.fromUint64(a, rm, st)),
            (a, b, c, rm) -> SINGLE.fromInteger(unsigned(a), rm)),
        new Operation(
            "fcvt.d.w",
            (a, b, c, rm, st) -> Float64.fromInt32(a, rm, st),
            (a, b, c, rm) -> DOUBLE.fromInteger(signed((int) a), rm)),
        new Operation(
            "fcvt.d.wu",
            (a, b, c, rm, st) -> Float64.fromUint32(a, rm, st),
            (a, b, c, rm) -> DOUBLE.fromInteger(BigInteger.valueOf(wide((int) a)), rm)),
        new Operation(
            "fcvt.d.l",
            (a, b, c, rm, st) -> Float64.fromInt64(a, rm, st),
            (a, b, c, rm) -> DOUBLE.fromInteger(BigInteger.valueOf(a), rm)),
        new Operation(
            "fcvt.d.lu",
            (a, b, c, rm, st) -> Float64.fromUint64(a, rm, st),
            (a, b, c, rm) -> DOUBLE.fromInteger(unsigned(a), rm)));
  }

  private static long wide(int bits) {
    return bits & 0xffff_ffffL;
  }

  private static BigInteger signed(int value) {
    return BigInteger.valueOf(value);
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }
}
