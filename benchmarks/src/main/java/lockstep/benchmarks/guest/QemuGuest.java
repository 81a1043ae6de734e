package lockstep.benchmarks.guest;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import lockstep.benchmarks.HostTool;
import lockstep.benchmarks.cluster.BenchCluster;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.tools.image.Guest;

/**
 * The same kernel, initramfs, command line, disk and memory under QEMU's system emulator, Debian's
 * qemu-system-misc, with its user-mode network.
 */
final class QemuGuest implements GuestUnderTest {
  private static final String COMMAND = "qemu-system-riscv64";
  private static final long END_SECONDS = 10;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Process process;
  private final Path disk;
  private final int redisPort;
  private final long bootNanos;
  private final GuestShell shell;

  private QemuGuest(Process process, Path disk, int redisPort, long bootNanos, GuestShell shell) {
    this.process = process;
    this.disk = disk;
    this.redisPort = redisPort;
    this.bootNanos = bootNanos;
    this.shell = shell;
  }

  static boolean isInstalled() throws InterruptedException {
    return HostTool.isInstalled(COMMAND);
  }

  /** Boots it from a copy of its disk. */
  static QemuGuest boot(Guest guest) throws IOException, InterruptedException {
    Path disk = Files.createTempFile("lockstep-qemu", ".img");
    Files.copy(guest.rootDisk(), disk, StandardCopyOption.REPLACE_EXISTING);
    int redisPort = BenchCluster.freePort();
    int shellPort = BenchCluster.freePort();
    int consolePort = BenchCluster.freePort();
    int redisInGuest = guest.description().ports().getFirst();
    long began = System.nanoTime();
    Process process =
        new ProcessBuilder(
                COMMAND,
                "-M",
                "virt",
                "-m",
                (guest.description().memoryBytes() >> 20) + "M",
                "-display",
                "none",
                "-monitor",
                "none",
                "-serial",
                "tcp:127.0.0.1:" + consolePort + ",server=on,wait=off",
                "-kernel",
                guest.kernel().toString(),
                "-initrd",
                guest.initramfs().toString(),
                "-append",
                guest.description().commandLine(),
                "-drive",
                "file=" + disk + ",format=raw,if=none,id=root",
                "-device",
                "virtio-blk-device,drive=root",
                "-netdev",
                "user,id=net,%s,%s"
                    .formatted(
                        forward(redisPort, redisInGuest),
                        forward(shellPort, GuestShell.GUEST_PORT)),
                "-device",
                "virtio-net-device,netdev=net")
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    try {
      Redis.await(redisPort, process);
      long bootNanos = System.nanoTime() - began;
      GuestShell shell = GuestShell.open(consolePort, shellPort);
      return new QemuGuest(process, disk, redisPort, bootNanos, shell);
    } catch (IOException e) {
      process.destroy();
      Files.delete(disk);
      throw e;
    }
  }

  private static String forward(int hostPort, int guestPort) {
    return "hostfwd=tcp:127.0.0.1:" + hostPort + "-:" + guestPort;
  }

  @Override
  public double bootSeconds() {
    return bootNanos / NANOS_PER_SECOND;
  }

  @Override
  public GuestShell shell() {
    return shell;
  }

  @Override
  public int redisPort() {
    return redisPort;
  }

  @Override
  public double cpuSeconds() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / NANOS_PER_SECOND;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(disk);
    } catch (IOException e) {
      System.err.println("can't delete " + disk + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
