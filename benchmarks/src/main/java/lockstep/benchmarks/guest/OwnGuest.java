package lockstep.benchmarks.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import lockstep.benchmarks.cluster.BenchCluster;
import lockstep.benchmarks.cluster.CpuUse;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.tools.image.Guest;
import lockstep.tools.image.Progress;
import lockstep.vmm.compiler.CompilerMode;

/** The guest under Lockstep's own servers: disk server, client proxy and one VMM, later two. */
final class OwnGuest implements GuestUnderTest {
  private static final double NANOS_PER_SECOND = 1e9;

  private final BenchCluster cluster;
  private final long bootNanos;
  private final GuestShell shell;

  private OwnGuest(BenchCluster cluster, long bootNanos, GuestShell shell) {
    this.cluster = cluster;
    this.bootNanos = bootNanos;
    this.shell = shell;
  }

  /**
   * Boots it.
   *
   * @param directory is emptied
   */
  static OwnGuest boot(Path directory, Guest guest, CompilerMode compiler, Progress progress)
      throws IOException {
    BenchCluster cluster = BenchCluster.start(directory, guest, 0, progress);
    try {
      long began = System.nanoTime();
      Process process =
          cluster.cluster().launchReplica(0, List.of("--alone", "--compiler=" + compiler));
      Redis.await(cluster.redisPort(), process);
      long bootNanos = System.nanoTime() - began;
      return new OwnGuest(cluster, bootNanos, GuestShell.open(cluster));
    } catch (IOException e) {
      cluster.close();
      throw e;
    }
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
    return cluster.redisPort();
  }

  @Override
  public double cpuSeconds() throws IOException {
    return cluster
            .live()
            .process()
            .running()
            .flatMap(process -> process.info().totalCpuDuration())
            .orElse(Duration.ZERO)
            .toNanos()
        / NANOS_PER_SECOND;
  }

  /** Gives the guest a backup; returns once it has one. */
  void protect() throws IOException {
    cluster.protect();
  }

  boolean isProtected() throws IOException {
    return cluster.isProtected();
  }

  /** What each process around the guest has used. */
  CpuUse cpuUse() throws IOException {
    return CpuUse.of(cluster.cluster());
  }

  @Override
  public void close() {
    cluster.close();
  }
}
