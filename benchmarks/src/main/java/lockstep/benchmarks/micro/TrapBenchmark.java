package lockstep.benchmarks.micro;

import lockstep.vmm.compiler.CompilerMode;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** A trap, its shortest handler, and the return: what a system call costs besides its work. */
public class TrapBenchmark extends CostCentre {
  private static final int TRAPS = 100_000;
  private static final int STEPS = 6;

  private static final int[] PROGRAM = {
    0x3055_1073, // csrw mtvec, a0
    0x0000_0073, // loop: ecall
    0xffdf_f06f, // j loop
    0x0000_0013, // nop
    0x3410_22f3, // handler: csrr t0, mepc
    0x0042_8293, // addi t0, t0, 4
    0x3412_9073, // csrw mepc, t0
    0x3020_0073, // mret
  };

  private static final long HANDLER = GuestLoop.BASE + 16;

  private final GuestLoop interpreted = loop(CompilerMode.OFF);
  private final GuestLoop compiled = loop(CompilerMode.ON);

  private static GuestLoop loop(CompilerMode mode) {
    GuestLoop loop = new GuestLoop(mode, PROGRAM);
    loop.hart().setX(GuestLoop.A0, HANDLER);
    return loop;
  }

  /** Six steps. */
  @Benchmark
  @OperationsPerInvocation(TRAPS)
  public long interpreted() {
    return interpreted.run(TRAPS * STEPS);
  }

  /** Six steps. */
  @Benchmark
  @OperationsPerInvocation(TRAPS)
  public long compiled() {
    return compiled.run(TRAPS * STEPS);
  }
}
