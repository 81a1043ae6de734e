package lockstep.benchmarks.micro;

import lockstep.vmm.compiler.CompilerMode;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * Arithmetic on doubles: by the host's, which serves once inexact is raised and rounding is to
 * nearest, and in software, which every other rounding mode needs.
 */
public class FloatBenchmark extends CostCentre {
  private static final int ROUNDS = 100_000;
  private static final int STEPS = 5;
  private static final int OPERATIONS = 4;
  private static final long FLOAT_ON = 0x6000;

  private static final int[] NEAREST = {
    0x3005_2073, // csrs mstatus, a0
    0x0010_d073, // csrwi fflags, 1
    0xf205_8553, // fmv.d.x fa0, a1
    0xf205_85d3, // fmv.d.x fa1, a1
    0xf200_0653, // fmv.d.x fa2, zero
    0x12a5_f5d3, // loop: fmul.d fa1, fa1, fa0
    0x02b6_7653, // fadd.d fa2, fa2, fa1
    0x0ab6_76d3, // fsub.d fa3, fa2, fa1
    0x6aa5_f743, // fmadd.d fa4, fa1, fa0, fa3
    0xff1f_f06f, // j loop
  };

  private static final int[] TO_ZERO = {
    0x3005_2073, // csrs mstatus, a0
    0x0010_d073, // csrwi fflags, 1
    0xf205_8553, // fmv.d.x fa0, a1
    0xf205_85d3, // fmv.d.x fa1, a1
    0xf200_0653, // fmv.d.x fa2, zero
    0x12a5_95d3, // loop: fmul.d fa1, fa1, fa0, rtz
    0x02b6_1653, // fadd.d fa2, fa2, fa1, rtz
    0x0ab6_16d3, // fsub.d fa3, fa2, fa1, rtz
    0x6aa5_9743, // fmadd.d fa4, fa1, fa0, fa3, rtz
    0xff1f_f06f, // j loop
  };

  private final GuestLoop hostInterpreted = loop(CompilerMode.OFF, NEAREST);
  private final GuestLoop hostCompiled = loop(CompilerMode.ON, NEAREST);
  private final GuestLoop softInterpreted = loop(CompilerMode.OFF, TO_ZERO);
  private final GuestLoop softCompiled = loop(CompilerMode.ON, TO_ZERO);

  private static GuestLoop loop(CompilerMode mode, int... program) {
    GuestLoop loop = new GuestLoop(mode, program);
    loop.hart().setX(GuestLoop.A0, FLOAT_ON);
    loop.hart().setX(GuestLoop.A1, Double.doubleToRawLongBits(1.0));
    return loop;
  }

  /** An operation, and a quarter of a jump. */
  @Benchmark
  @OperationsPerInvocation(ROUNDS * OPERATIONS)
  public long hostInterpreted() {
    return hostInterpreted.run(ROUNDS * STEPS);
  }

  /** An operation, and a quarter of a jump. */
  @Benchmark
  @OperationsPerInvocation(ROUNDS * OPERATIONS)
  public long hostCompiled() {
    return hostCompiled.run(ROUNDS * STEPS);
  }

  /** An operation, and a quarter of a jump. */
  @Benchmark
  @OperationsPerInvocation(ROUNDS * OPERATIONS)
  public long softInterpreted() {
    return softInterpreted.run(ROUNDS * STEPS);
  }

  /** An operation, and a quarter of a jump. */
  @Benchmark
  @OperationsPerInvocation(ROUNDS * OPERATIONS)
  public long softCompiled() {
    return softCompiled.run(ROUNDS * STEPS);
  }
}
