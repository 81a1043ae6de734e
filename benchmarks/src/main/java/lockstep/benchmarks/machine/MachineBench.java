package lockstep.benchmarks.machine;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import lockstep.tools.Lockstep;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures bare kernels: interpreted, compiled, and, where it is installed, under QEMU. */
@Command(
    name = "bench machine",
    mixinStandardHelpOptions = true,
    description =
        "Prints how fast the machine runs each kernel, in seconds of CPU a round:"
            + " interpreted; compiled, the first round of a machine that compiles everything"
            + " anew, and the best one when that is done; and, where it is installed"
            + " (qemu-system-misc), QEMU. CPU time is that of the guest's thread, and of"
            + " QEMU's whole process, of which its start is taken off. The ratio is that of"
            + " QEMU to our best round. Then what it costs to count steps and to test for"
            + " their limit, by comparison with code that does not, and what it costs to"
            + " stop at a certain step. Needs gcc-riscv64-linux-gnu.")
public final class MachineBench implements Callable<Integer> {
  private static final int REPETITIONS = 2;

  /** Enough for the interpreter to be compiled itself. */
  private static final int ROUNDS_INTERPRETED = 2;

  private static final int ROUNDS_OF_QEMU = 5;

  /** A prime, so that stops fall everywhere. */
  private static final long STEPS_TO_STOP = 10_007;

  private static final double STEPS_PER_MILLION = 1e6;
  private static final double MICROS_PER_SECOND = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double PERCENT = 100;

  private static final double GEOMEAN_BAR = 1.8;
  private static final double ICOUNT_BAR = 2.5;
  private static final double COUNTING_PERCENT_MAX = 15;
  private static final double STOP_MICROS_MAX = 1;

  /** What the interpreter has to reach by itself, in millions of steps per second. */
  private static final double INTERPRETER_BAR = 110;

  @Parameters(
      paramLabel = "KERNEL",
      arity = "0..*",
      description = "Only these: ${COMPLETION-CANDIDATES}.")
  private List<Kernel> kernels = List.of(Kernel.values());

  @Option(
      names = "--tsv",
      description = "Print lines of name, ours, peer, ratio, bar, and met or missed.")
  private boolean tsv;

  private boolean qemu;

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new MachineBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!CrossCompiler.isInstalled()) {
      System.err.println("the kernels need a cross compiler: package gcc-riscv64-linux-gnu");
      return 1;
    }
    qemu = Qemu.isInstalled();
    print(new CrossCompiler(Files.createTempDirectory("lockstep-kernels")), System.out);
    return 0;
  }

  private void print(CrossCompiler compiler, PrintStream out)
      throws IOException, InterruptedException {
    List<Measurement> all = new ArrayList<>();
    if (!tsv) {
      out.println(Measurement.HEAD);
    }
    for (Kernel kernel : kernels) {
      Measurement one = measure(compiler, kernel);
      all.add(one);
      if (!tsv) {
        out.println(one);
      }
    }
    for (Verdict verdict : verdicts(all)) {
      out.println(tsv ? verdict.asTsv() : verdict);
    }
  }

  private Measurement measure(CrossCompiler compiler, Kernel kernel)
      throws IOException, InterruptedException {
    byte[] few = Files.readAllBytes(compiler.build(kernel, ROUNDS_INTERPRETED));
    Path file = compiler.build(kernel, Rounds.COUNT);
    byte[] rounds = Files.readAllBytes(file);
    Rounds interpreted = Rounds.run(few, GuestCompiler.of(CompilerMode.OFF));
    double peer = Double.POSITIVE_INFINITY;
    double icount = Double.POSITIVE_INFINITY;
    double first = Double.NaN;
    double steady = Double.POSITIVE_INFINITY;
    double stopping = Double.POSITIVE_INFINITY;
    for (int i = 0; i < REPETITIONS; i++) {
      Rounds compiled = Rounds.run(rounds, GuestCompiler.of(CompilerMode.ON));
      first = i == 0 ? compiled.firstSeconds() : first;
      steady = Math.min(steady, compiled.steadySeconds());
      peer = Math.min(peer, ofQemu(compiler, kernel, false));
      icount = Math.min(icount, ofQemu(compiler, kernel, true));
      stopping =
          Math.min(
              stopping,
              Rounds.run(rounds, GuestCompiler.of(CompilerMode.ON), STEPS_TO_STOP).steadySeconds());
    }
    long steps = interpreted.steps();
    return new Measurement(
        kernel,
        steps,
        interpreted.firstSeconds(),
        steps / STEPS_PER_MILLION / interpreted.steadySeconds(),
        first,
        steady,
        Uncounted.measure(file),
        (stopping - steady) * MICROS_PER_SECOND * STEPS_TO_STOP / steps,
        peer,
        icount);
  }

  /** Seconds of a round, without what QEMU takes to start and to translate. */
  private double ofQemu(CrossCompiler compiler, Kernel kernel, boolean counting)
      throws IOException, InterruptedException {
    if (!qemu) {
      return Double.NaN;
    }
    long one = Qemu.run(compiler.build(kernel, 1), counting);
    long several = Qemu.run(compiler.build(kernel, ROUNDS_OF_QEMU), counting);
    return (several - one) / NANOS_PER_SECOND / (ROUNDS_OF_QEMU - 1);
  }

  private static List<Verdict> verdicts(List<Measurement> all) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Measurement one : all) {
      String name = one.kernel().fileName();
      verdicts.add(Verdict.ofTimes(name, one.steady(), one.qemu(), one.kernel().bar));
      verdicts.add(
          Verdict.of(name + ", interpreted, MIPS", one.interpreterMips(), INTERPRETER_BAR, true));
    }
    verdicts.add(Verdict.of("geomean", geomean(all, Measurement::ratio), GEOMEAN_BAR, true));
    verdicts.add(
        Verdict.of(
            "geomean against -icount", geomean(all, Measurement::ratioToIcount), ICOUNT_BAR, true));
    verdicts.add(
        Verdict.of(
            "counting and polling, percent",
            (geomean(all, Measurement::countingFactor) - 1) * PERCENT,
            COUNTING_PERCENT_MAX,
            false));
    verdicts.add(
        Verdict.of(
            "exact stop, us",
            all.stream().mapToDouble(Measurement::stopMicros).average().orElse(Double.NaN),
            STOP_MICROS_MAX,
            false));
    return verdicts;
  }

  private static double geomean(List<Measurement> all, ToDoubleFunction<Measurement> value) {
    return Measurement.geometricMean(all.stream().map(value::applyAsDouble).toList());
  }
}
