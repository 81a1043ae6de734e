package lockstep.benchmarks.machine;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;
import lockstep.vmm.machine.elf.BareMachine;

/**
 * Prints how fast the machine runs each kernel, in seconds of CPU: interpreted; compiled, the first
 * round of a machine that compiles everything anew, and its last one, when that is done; and, where
 * it is installed, QEMU, between our runs so that a busy host is busy for both. CPU time is that of
 * the guest's thread, and of QEMU's whole process. The ratio is that of QEMU to our last round.
 * Interpreted, the last round is told in millions of steps per second, with the JVM warm.
 *
 * <p>Arguments: {@code --tsv} for lines of name, ours, peer, ratio, bar and verdict; names of
 * kernels; none for all of them. Needs the host's cross compiler.
 */
public final class MachineBench {
  private static final int REPETITIONS = 3;

  /** By the last of them, everything is compiled. */
  private static final int ROUNDS = 5;

  private static final long RAM_BYTES = 128 << 20;
  private static final long STEPS_MAX = 4_000_000_000L;
  private static final double STEPS_PER_MILLION = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  /** What a kernel has to reach against QEMU. */
  private static final double BAR = 0.9;

  /** What the interpreter has to reach by itself, in millions of steps per second. */
  private static final double INTERPRETER_BAR = 110;

  private final CrossCompiler compiler;
  private final boolean tsv;
  private final boolean qemu;
  private final PrintStream out;

  private MachineBench(CrossCompiler compiler, boolean tsv, boolean qemu, PrintStream out) {
    this.compiler = compiler;
    this.tsv = tsv;
    this.qemu = qemu;
    this.out = out;
  }

  /** One run of a kernel to its end. */
  private record Run(long steps, long nanos) {
    double seconds() {
      return nanos / NANOS_PER_SECOND;
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (!CrossCompiler.isInstalled()) {
      System.err.println("the kernels need a cross compiler: package gcc-riscv64-linux-gnu");
      System.exit(1);
    }
    List<String> names = Arrays.stream(arguments).filter(name -> !name.startsWith("--")).toList();
    List<Kernel> kernels =
        names.isEmpty()
            ? List.of(Kernel.values())
            : names.stream().map(name -> Kernel.valueOf(name.toUpperCase(Locale.ROOT))).toList();
    Path directory = Files.createTempDirectory("lockstep-kernels");
    boolean tsv = Arrays.asList(arguments).contains("--tsv");
    new MachineBench(new CrossCompiler(directory), tsv, Qemu.isInstalled(), System.out)
        .measure(kernels);
  }

  private void measure(List<Kernel> kernels) throws IOException, InterruptedException {
    if (!tsv) {
      out.printf(
          "%-12s %7s %9s %9s %9s %9s %9s %9s %7s%n",
          "kernel",
          "Minsn",
          "interp s",
          "its MIPS",
          "first s",
          "steady s",
          "qemu s",
          "icount s",
          "ratio");
    }
    double logarithms = 0;
    for (Kernel kernel : kernels) {
      logarithms += Math.log(measure(kernel));
    }
    if (qemu) {
      line("geomean", Math.exp(logarithms / kernels.size()));
    }
  }

  private void line(String name, double ratio) {
    if (tsv) {
      out.printf("%s\t\t\t%.2f\t1.8\t%s%n", name, ratio, ratio >= 1.8 ? "met" : "missed");
    } else {
      out.printf("%-12s %72.2f%n", name, ratio);
    }
  }

  /** Returns how many times as fast as QEMU it was; 1 without QEMU. */
  private double measure(Kernel kernel) throws IOException, InterruptedException {
    Path file = compiler.build(kernel, 1);
    byte[] elf = Files.readAllBytes(file);
    byte[] rounds = Files.readAllBytes(compiler.build(kernel, ROUNDS));
    Run interpreted = run(kernel, elf, CompilerMode.OFF);
    Run first = run(kernel, elf, CompilerMode.ON);
    Run warm = lastRound(kernel, rounds, first.steps(), CompilerMode.OFF);
    double interpreterMips = warm.steps() / STEPS_PER_MILLION / warm.seconds();
    double steady = lastRound(kernel, rounds, first.steps(), CompilerMode.ON).seconds();
    double peer = qemu ? Qemu.run(file, false) / NANOS_PER_SECOND : Double.NaN;
    double counting = qemu ? Qemu.run(file, true) / NANOS_PER_SECOND : Double.NaN;
    for (int i = 1; i < REPETITIONS; i++) {
      steady =
          Math.min(steady, lastRound(kernel, rounds, first.steps(), CompilerMode.ON).seconds());
      if (qemu) {
        peer = Math.min(peer, Qemu.run(file, false) / NANOS_PER_SECOND);
      }
    }
    double ratio = qemu ? peer / steady : 1;
    if (tsv) {
      out.printf(
          "%s\t%.3f\t%.3f\t%.2f\t%.1f\t%s%n",
          kernel.fileName(), steady, peer, ratio, BAR, ratio >= BAR ? "met" : "missed");
      out.printf(
          "%s, interpreted, MIPS\t%.0f\t\t\t%.0f\t%s%n",
          kernel.fileName(),
          interpreterMips,
          INTERPRETER_BAR,
          interpreterMips >= INTERPRETER_BAR ? "met" : "missed");
    } else {
      out.printf(
          "%-12s %7.1f %9.3f %9.0f %9.3f %9.3f %9.3f %9.3f %7.2f%n",
          kernel.fileName(),
          first.steps() / STEPS_PER_MILLION,
          interpreted.seconds(),
          interpreterMips,
          first.seconds(),
          steady,
          peer,
          counting,
          ratio);
    }
    return ratio;
  }

  private static Run run(Kernel kernel, byte[] elf, CompilerMode mode) {
    return runToEnd(kernel, new BareMachine(elf, RAM_BYTES, GuestCompiler.of(mode)));
  }

  /** The last of several rounds that take {@code stepsOfRound} each, but for a few. */
  private static Run lastRound(Kernel kernel, byte[] elf, long stepsOfRound, CompilerMode mode) {
    BareMachine machine = new BareMachine(elf, RAM_BYTES, GuestCompiler.of(mode));
    machine.run((ROUNDS - 1) * stepsOfRound, text -> {});
    return runToEnd(kernel, machine);
  }

  private static Run runToEnd(Kernel kernel, BareMachine machine) {
    long before = machine.machine().position();
    long start = cpuNanos();
    BareMachine.Result result = machine.run(STEPS_MAX, text -> {});
    long nanos = cpuNanos() - start;
    if (result instanceof BareMachine.Result.Exited exited && exited.code() == 0) {
      return new Run(exited.steps() - before, nanos);
    }
    throw new IllegalStateException(kernel + " did not pass: " + result);
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
