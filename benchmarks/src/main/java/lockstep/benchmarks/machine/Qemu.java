package lockstep.benchmarks.machine;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import lockstep.benchmarks.HostTool;

/** QEMU's system emulator, Debian's qemu-system-misc, as the peer to compare with. */
final class Qemu {
  private static final String COMMAND = "qemu-system-riscv64";
  private static final List<String> MACHINE =
      List.of("-M", "spike", "-m", "128", "-display", "none", "-bios", "none", "-kernel");
  private static final long POLL_MILLIS = 2;

  private Qemu() {}

  static boolean isInstalled() throws InterruptedException {
    return HostTool.isInstalled(COMMAND);
  }

  /**
   * Runs a kernel to its end.
   *
   * @param counting with {@code -icount shift=0}, QEMU's deterministic mode
   * @return the CPU time that the process was last seen with, in nanoseconds
   */
  static long run(Path elf, boolean counting) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(COMMAND);
    command.addAll(MACHINE);
    command.add(elf.toString());
    if (counting) {
      command.addAll(List.of("-icount", "shift=0"));
    }
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    long nanos = 0;
    while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      Optional<Duration> cpu = process.info().totalCpuDuration();
      nanos = cpu.map(Duration::toNanos).orElse(nanos);
    }
    if (process.exitValue() != 0) {
      throw new IOException(COMMAND + " ended with " + process.exitValue());
    }
    return nanos;
  }
}
