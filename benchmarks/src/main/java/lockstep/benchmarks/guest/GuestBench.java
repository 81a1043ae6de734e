package lockstep.benchmarks.guest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lockstep.benchmarks.cluster.GuestOption;
import lockstep.benchmarks.cluster.RedisLoad;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.image.Guest;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import lockstep.vmm.compiler.CompilerMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what a Linux does inside the machine, beside the same image under QEMU. */
@Command(
    name = "bench guest",
    mixinStandardHelpOptions = true,
    description = {
      "Boots the guest, unprotected, and beside it the same image under QEMU, if that is",
      "installed (qemu-system-misc). Measures by the wall clock and in turns: boot, system calls,",
      "page faults, fork and exec, a pipe, memcpy, Redis. Needs gcc-riscv64-linux-gnu and, for",
      "programs of the guest, libc6-dev-riscv64-cross. Uses processes and ports of its own."
    })
public final class GuestBench implements Callable<Integer> {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BOOT_BAR = 1.0;
  private static final double REDIS_BAR = 2.0;
  private static final int REDIS_CLIENTS = 10;
  private static final int PIPELINED = 16;

  @Mixin private StateOption state = new StateOption();

  @Mixin private GuestOption guestOption = new GuestOption();

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
      description = "How long Redis is loaded in a measurement (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(names = "--tsv", description = "Print tab-separated values, not a table.")
  private boolean tsv;

  /** A measurement of a guest; returns a time in seconds or a rate. */
  private interface Measurement {
    double of(GuestUnderTest guest) throws IOException;
  }

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new GuestBench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException, ImageException, InterruptedException {
    StateDirectory directory = state.directory();
    Progress progress = Progress.onStandardError();
    Guest guest = guestOption.ensure(directory, progress);
    byte[] program = GuestProgram.build();
    List<GuestUnderTest> guests = new ArrayList<>();
    try {
      guests.add(OwnGuest.boot(directory.root().resolve("bench-guest"), guest, compiler, progress));
      if (QemuGuest.isInstalled()) {
        guests.add(QemuGuest.boot(guest));
      }
      for (GuestUnderTest each : guests) {
        GuestProgram.install(each.shell(), program);
      }
      if (!tsv) {
        System.out.println(Row.HEAD);
      }
      measure(guests);
    } finally {
      guests.forEach(GuestUnderTest::close);
    }
    return 0;
  }

  private void measure(List<GuestUnderTest> guests) throws IOException {
    // Each has booted once, and alone.
    print(row("boot to Redis", "s", false, BOOT_BAR, 1, guests, each -> seconds(each.bootNanos())));
    for (Operation operation : Operation.values()) {
      String name = operation.title + ", " + operation.count;
      print(
          row(
              name,
              "s",
              false,
              operation.bar,
              rounds,
              guests,
              each -> seconds(GuestProgram.run(each.shell(), operation))));
    }
    for (int depth : new int[] {1, PIPELINED}) {
      for (RedisLoad.Command command : RedisLoad.Command.values()) {
        String name =
            "Redis %s, %d clients%s"
                .formatted(command, REDIS_CLIENTS, depth == 1 ? "" : ", -P " + depth);
        print(
            row(
                name,
                "/s",
                true,
                REDIS_BAR,
                rounds,
                guests,
                each ->
                    new RedisLoad(each.redisPort(), command, depth)
                        .run(REDIS_CLIENTS, Duration.ofSeconds(seconds))
                        .perSecond()));
      }
    }
    for (GuestUnderTest each : guests) {
      System.err.printf(
          "%s: %.1f s of CPU in all%n", each.getClass().getSimpleName(), seconds(each.cpuNanos()));
    }
  }

  private static double seconds(long nanos) {
    return nanos / NANOS_PER_SECOND;
  }

  private void print(Row row) {
    System.out.println(tsv ? row.asTsv() : row.toString());
  }

  /** Measures all guests in turns: what drifts harms all alike. */
  private static Row row(
      String name,
      String unit,
      boolean moreIsBetter,
      double bar,
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
