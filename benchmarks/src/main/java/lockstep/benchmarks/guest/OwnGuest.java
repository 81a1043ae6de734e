package lockstep.benchmarks.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import lockstep.benchmarks.cluster.BenchCluster;
import lockstep.benchmarks.cluster.GuestShell;
import lockstep.tools.image.Guest;
import lockstep.tools.image.Progress;
import lockstep.vmm.compiler.CompilerMode;

/** The guest under Lockstep's own servers, alone: disk server, client proxy and one VMM. */
final class OwnGuest implements GuestUnderTest {
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
  public long bootNanos() {
    return bootNanos;
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
  public long cpuNanos() throws IOException {
    return cluster
        .live()
        .process()
        .running()
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toNanos)
        .orElse(0L);
  }

  @Override
  public void close() {
    cluster.close();
  }
}
