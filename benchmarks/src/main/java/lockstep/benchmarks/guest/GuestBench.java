package lockstep.benchmarks.guest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lockstep.benchmarks.cluster.GuestBenchOptions;
import lockstep.tools.Lockstep;
import lockstep.tools.image.Guest;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import lockstep.vmm.compiler.CompilerMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what a Linux does inside the machine, beside the same image under QEMU. */
@Command(
    name = "bench guest",
    mixinStandardHelpOptions = true,
    description = {
      "Boots the guest alone, and beside it the same image under QEMU, if that is installed",
      "(qemu-system-misc). Measures by the wall clock and in turns: boot, system calls, page",
      "faults, fork and exec, a pipe, memcpy, Redis, TCP. Then gives our guest a backup, and",
      "measures Redis and TCP again, with the CPU that each process takes. Needs",
      "gcc-riscv64-linux-gnu and, for programs of the guest, libc6-dev-riscv64-cross. Uses",
      "processes and ports of its own."
    })
public final class GuestBench implements Callable<Integer> {
  private static final Bar BOOT_BAR = new Bar.TimesPeer(1.0);

  @Mixin private GuestBenchOptions options = new GuestBenchOptions();

  @Option(
      names = "--compiler",
      paramLabel = "MODE",
      defaultValue = "ON",
      description = "Our VMM's compiler: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private CompilerMode compiler = CompilerMode.ON;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Measurements of each, of which the best counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How long a load lasts in a measurement (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(names = "--alone", description = "Leave out what is measured with a backup.")
  private boolean alone;

  /** A measurement of a guest; returns a time in seconds or a rate. */
  private interface Measurement {
    double of(GuestUnderTest guest) throws IOException;
  }

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new GuestBench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, ImageException, InterruptedException {
    Progress progress = Progress.onStandardError();
    Guest guest = options.ensureGuest(progress);
    byte[] program = GuestProgram.build();
    List<GuestUnderTest> guests = new ArrayList<>();
    try {
      OwnGuest own = OwnGuest.boot(options.place("bench-guest"), guest, compiler, progress);
      guests.add(own);
      if (QemuGuest.isInstalled()) {
        guests.add(QemuGuest.boot(guest));
      }
      for (GuestUnderTest each : guests) {
        GuestProgram.install(each.shell(), program);
      }
      if (!options.tsv()) {
        System.out.println(Row.HEAD);
      }
      measureAlone(guests);
      if (!alone) {
        own.protect();
        measureProtected(own, guests);
      }
    } finally {
      guests.forEach(GuestUnderTest::close);
    }
    return 0;
  }

  private void measureAlone(List<GuestUnderTest> guests) throws IOException {
    // Each has booted once, and alone.
    print(row("boot to Redis", "s", false, BOOT_BAR, 1, guests, GuestUnderTest::bootSeconds));
    for (Operation operation : Operation.values()) {
      print(
          row(
              operation.title + ", " + operation.count,
              "s",
              false,
              operation.bar,
              rounds,
              guests,
              each -> GuestProgram.seconds(each.shell(), operation)));
    }
    for (Load load : Load.values()) {
      print(
          row(
              load.title,
              load.unit,
              true,
              load.barAlone,
              rounds,
              guests,
              each -> load.rate(each, Duration.ofSeconds(seconds))));
    }
    for (GuestUnderTest each : guests) {
      System.err.printf(
          "%s: %.1f s of CPU so far%n", each.getClass().getSimpleName(), each.cpuSeconds());
    }
  }

  private void measureProtected(OwnGuest own, List<GuestUnderTest> guests) throws IOException {
    for (Load load : Load.values()) {
      CoresInUse cores = new CoresInUse(own);
      print(
          row(
              load.title + ", protected",
              load.unit,
              true,
              load.barProtected,
              rounds,
              guests,
              each -> {
                if (each != own) {
                  return load.rate(each, Duration.ofSeconds(seconds));
                }
                cores.begin();
                double rate = load.rate(each, Duration.ofSeconds(seconds));
                cores.end();
                return rate;
              }));
      if (!own.isProtected()) {
        throw new IOException("the guest has lost its backup meanwhile");
      }
      cores.rows("  " + load.title + ", cores of ").forEach(this::print);
    }
  }

  private void print(Row row) {
    System.out.println(options.tsv() ? row.asTsv() : row.toString());
  }

  /** Measures all guests in turns: what drifts harms all alike. */
  private static Row row(
      String name,
      String unit,
      boolean moreIsBetter,
      Bar bar,
      int rounds,
      List<GuestUnderTest> guests,
      Measurement measurement)
      throws IOException {
    double[] best = {Double.NaN, Double.NaN};
    double first = Double.NaN;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < guests.size(); i++) {
        double value = measurement.of(guests.get(i));
        if (Double.isNaN(best[i]) || (moreIsBetter ? value > best[i] : value < best[i])) {
          best[i] = value;
        }
        if (i == 0 && round == 0) {
          first = value;
        }
      }
    }
    return new Row(name, unit, first, best[0], best[1], moreIsBetter, bar);
  }
}
