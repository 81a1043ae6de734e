package lockstep.benchmarks.micro;

import lockstep.vmm.compiler.CompilerMode;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * An instruction that compiled code leaves to the hart, here a division by zero, and the way back;
 * the interpreter's row is the same without a side exit.
 */
public class SideExitBenchmark extends CostCentre {
  private static final int EXITS = 100_000;
  private static final int STEPS = 3;

  private static final int[] PROGRAM = {
    0x0205_55b3, // loop: divu a1, a0, zero
    0x0015_0513, // addi a0, a0, 1
    0xff9f_f06f, // j loop
  };

  private final GuestLoop interpreted = new GuestLoop(CompilerMode.OFF, PROGRAM);
  private final GuestLoop compiled = new GuestLoop(CompilerMode.ON, PROGRAM);

  /** Three steps. */
  @Benchmark
  @OperationsPerInvocation(EXITS)
  public long interpreted() {
    return interpreted.run(EXITS * STEPS);
  }

  /** Three steps. */
  @Benchmark
  @OperationsPerInvocation(EXITS)
  public long compiled() {
    return compiled.run(EXITS * STEPS);
  }
}
