package lockstep.benchmarks.machine;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lockstep.vmm.machine.elf.BareMachine;

/**
 * Prints how fast the machine runs each kernel, in million instructions per second of CPU that its
 * thread takes: its first run in this JVM, and the best of all. CPU time, because a busy host would
 * otherwise be measured with it.
 *
 * <p>Arguments: names of kernels; none for all of them. Needs the host's cross compiler.
 */
public final class MachineBench {
  private static final int REPETITIONS = 4;
  private static final long RAM_BYTES = 128 << 20;
  private static final long STEPS_MAX = 2_000_000_000L;
  private static final double STEPS_PER_MILLION = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final CrossCompiler compiler;
  private final PrintStream out;

  private MachineBench(CrossCompiler compiler, PrintStream out) {
    this.compiler = compiler;
    this.out = out;
  }

  /** One run of a kernel to its end. */
  private record Run(long steps, long nanos) {
    double millionsPerSecond() {
      return steps / STEPS_PER_MILLION / (nanos / NANOS_PER_SECOND);
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (!CrossCompiler.isInstalled()) {
      System.err.println("the kernels need a cross compiler: package gcc-riscv64-linux-gnu");
      System.exit(1);
    }
    List<Kernel> kernels =
        arguments.length == 0
            ? List.of(Kernel.values())
            : Arrays.stream(arguments)
                .map(name -> Kernel.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
    Path directory = Files.createTempDirectory("lockstep-kernels");
    new MachineBench(new CrossCompiler(directory), System.out).measure(kernels);
  }

  private void measure(List<Kernel> kernels) throws IOException, InterruptedException {
    out.printf("%-12s %8s %12s %12s%n", "kernel", "Minsn", "first MIPS", "best MIPS");
    double logarithms = 0;
    for (Kernel kernel : kernels) {
      byte[] elf = Files.readAllBytes(compiler.build(kernel));
      Run first = run(kernel, elf);
      Run best = first;
      for (int i = 1; i < REPETITIONS; i++) {
        Run next = run(kernel, elf);
        best = next.nanos() < best.nanos() ? next : best;
      }
      logarithms += Math.log(best.millionsPerSecond());
      out.printf(
          "%-12s %8.1f %12.1f %12.1f%n",
          kernel.fileName(),
          first.steps() / STEPS_PER_MILLION,
          first.millionsPerSecond(),
          best.millionsPerSecond());
    }
    out.printf("%-12s %8s %12s %12.1f%n", "geomean", "", "", Math.exp(logarithms / kernels.size()));
  }

  private static Run run(Kernel kernel, byte[] elf) {
    BareMachine machine = new BareMachine(elf, RAM_BYTES);
    long start = cpuNanos();
    BareMachine.Result result = machine.run(STEPS_MAX, text -> {});
    long nanos = cpuNanos() - start;
    if (result instanceof BareMachine.Result.Exited exited && exited.code() == 0) {
      return new Run(exited.steps(), nanos);
    }
    throw new IllegalStateException(kernel + " did not pass: " + result);
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
