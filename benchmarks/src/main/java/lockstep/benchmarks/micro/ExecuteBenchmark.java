package lockstep.benchmarks.micro;

import lockstep.vmm.compiler.CompilerMode;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** A step of integer arithmetic: what everything else comes on top of. */
public class ExecuteBenchmark extends CostCentre {
  private static final int[] PROGRAM = {
    0x00b5_0533, // loop: add a0, a0, a1
    0x00a6_4633, // xor a2, a2, a0
    0x0035_1693, // slli a3, a0, 3
    0x0015_8593, // addi a1, a1, 1
    0xff1f_f06f, // j loop
  };

  private final GuestLoop interpreted = new GuestLoop(CompilerMode.OFF, PROGRAM);
  private final GuestLoop compiled = new GuestLoop(CompilerMode.ON, PROGRAM);

  /** A step. */
  @Benchmark
  @OperationsPerInvocation(GuestLoop.STEPS)
  public long interpreted() {
    return interpreted.run(GuestLoop.STEPS);
  }

  /** A step. */
  @Benchmark
  @OperationsPerInvocation(GuestLoop.STEPS)
  public long compiled() {
    return compiled.run(GuestLoop.STEPS);
  }
}
