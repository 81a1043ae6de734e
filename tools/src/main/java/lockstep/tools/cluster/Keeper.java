package lockstep.tools.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the processes of a cluster running: whichever dies is started again, so that the pair finds
 * a new backup by itself. It waits for none of them: one that does not come up must not keep it
 * from the others. Disk server and proxy, of which there is only one each, are tried for ever. A
 * VMM that ends because its guest has shut down is left so, and ends the keeping; one whose guest
 * asked for a reset is started again, and the guest with it.
 */
public final class Keeper {
  private static final Logger log = LoggerFactory.getLogger(Keeper.class);

  private static final Duration POLL = Duration.ofMillis(100);

  /** A VMM's exit code when its guest has shut down. */
  private static final int GUEST_ENDED = 0;

  /** A VMM's exit code when others go on without it: started again, it is a spare. */
  public static final int LOST = 3;

  /** A VMM's exit code when its guest asks for a reset: started again, it boots the guest anew. */
  public static final int GUEST_RESET = 5;

  /** A process that was ended by a signal has an exit code above this. */
  private static final int SIGNALLED = 128;

  /** A spare can't tell a reset from the guest's end: near a reset of the others it was one. */
  private static final long RESET_NANOS = Duration.ofSeconds(10).toNanos();

  private static final int LOG_LINES = 12;

  private final Cluster cluster;
  private final List<KeptServer> servers;
  private final List<KeptReplica> replicas = new ArrayList<>();
  private OptionalLong resetAtNanos = OptionalLong.empty();

  /**
   * @param replicas how many VMMs to run
   * @param more arguments for each VMM
   */
  public Keeper(Cluster cluster, int replicas, List<String> more) {
    this.cluster = cluster;
    this.servers =
        List.of(
            new KeptServer(cluster.diskServer(), cluster::launchDiskServer),
            new KeptServer(cluster.clientProxy(), cluster::launchClientProxy));
    for (int i = 0; i < replicas; i++) {
      this.replicas.add(new KeptReplica(i, more));
    }
  }

  /**
   * Runs until the guest has shut down, as far as VMMs are kept that can say so.
   *
   * @throws IOException if no VMM stays up, or the state directory can't be read
   */
  public void run() throws IOException {
    while (replicas.stream().anyMatch(KeptReplica::isKept)) {
      long now = System.nanoTime();
      for (KeptServer server : servers) {
        server.keep(now);
      }
      for (KeptReplica replica : replicas) {
        replica.keep(now);
      }
      Cluster.sleep(POLL);
    }
    if (replicas.stream().allMatch(KeptReplica::isGivenUp)) {
      throw new IOException("no VMM stays up; their logs say why");
    }
    log.info("the guest has shut down; nothing more to keep");
  }

  /** Disk server or proxy: runs, or has ended and waits to be started again. */
  private static final class KeptServer {
    private final ServerProcess process;
    private final Cluster.Launch launch;
    private final RestartDelay delay = RestartDelay.ofOnlyServer();
    private Optional<Process> started = Optional.empty();
    private boolean ran;

    private KeptServer(ServerProcess process, Cluster.Launch launch) {
      this.process = process;
      this.launch = launch;
    }

    private void keep(long nowNanos) throws IOException {
      if (process.running().isPresent()) {
        ran = true;
        return;
      }
      if (ran) {
        ran = false;
        ended(nowNanos);
      }
      if (delay.isOver(nowNanos)) {
        started = Keeper.start(process, launch, delay, nowNanos);
        ran = started.isPresent();
      }
    }

    private void ended(long nowNanos) {
      OptionalInt exitCode = exitCodeOf(started);
      tellEnd(process, exitCode);
      boolean ofItself = exitCode.isPresent() && exitCode.getAsInt() <= SIGNALLED;
      if (!delay.ended(nowNanos, ofItself)) {
        log.error("{} does not stay up; it is tried again now and then", process.name());
      }
    }
  }

  /** Starts it; empty, and tried again later, if there can't be a process. */
  private static Optional<Process> start(
      ServerProcess process, Cluster.Launch launch, RestartDelay delay, long nowNanos) {
    log.info("starting {}", process.name());
    delay.started(nowNanos);
    try {
      return Optional.of(launch.run());
    } catch (IOException e) {
      log.error("{} can't be started: {}", process.name(), e.getMessage());
      var _ = delay.ended(nowNanos, true);
      return Optional.empty();
    }
  }

  /** Empty if it still runs, or was started by an earlier keeper. */
  private static OptionalInt exitCodeOf(Optional<Process> started) {
    return started.isPresent() && !started.get().isAlive()
        ? OptionalInt.of(started.get().exitValue())
        : OptionalInt.empty();
  }

  private static void tellEnd(ServerProcess process, OptionalInt exitCode) {
    log.info(
        "{} has ended, exit code {}; its log ends: {}",
        process.name(),
        exitCode.isPresent() ? exitCode.getAsInt() : "unknown",
        lastLine(process));
  }

  /** Of its log, which is moved away when it is started again, and lost when it is once more. */
  private static String lastLine(ServerProcess process) {
    try {
      return process.logTail(1);
    } catch (IOException e) {
      return "it can't be read: " + e.getMessage();
    }
  }

  /** One VMM: runs, has ended and waits to be started again, or has shut down with its guest. */
  private final class KeptReplica {
    private final int index;
    private final List<String> more;
    private final RestartDelay delay = RestartDelay.ofVmm();
    private Optional<Process> started = Optional.empty();
    private boolean ran;
    private boolean shutDown;
    private boolean givenUp;

    private KeptReplica(int index, List<String> more) {
      this.index = index;
      this.more = more;
    }

    /** Neither shut down nor given up. */
    private boolean isKept() {
      return !shutDown && !givenUp;
    }

    private boolean isGivenUp() {
      return givenUp;
    }

    private void keep(long nowNanos) throws IOException {
      ServerProcess process = cluster.replicaProcess(index);
      if (shutDown || process.running().isPresent()) {
        ran |= !shutDown;
        return;
      }
      if (ran) {
        ran = false;
        ended(process, exitCode(process), nowNanos);
      }
      if (isKept() && delay.isOver(nowNanos)) {
        started = start(process, () -> cluster.launchReplica(index, more), delay, nowNanos);
        ran = started.isPresent();
      }
    }

    /** Of a VMM that an earlier keeper has started only its log tells how its guest ended. */
    private OptionalInt exitCode(ServerProcess process) throws IOException {
      OptionalInt known = exitCodeOf(started);
      if (known.isPresent()) {
        return known;
      }
      String last = process.logTail(LOG_LINES);
      if (last.contains("halted reason=GUEST_OFF")) {
        return OptionalInt.of(GUEST_ENDED);
      }
      return last.contains("halted reason=GUEST_RESET")
          ? OptionalInt.of(GUEST_RESET)
          : OptionalInt.empty();
    }

    private void ended(ServerProcess process, OptionalInt exitCode, long nowNanos)
        throws IOException {
      int code = exitCode.orElse(-1);
      if (code == GUEST_RESET) {
        resetAtNanos = OptionalLong.of(nowNanos);
        replicas.forEach(replica -> replica.shutDown = false);
      }
      boolean reset = resetAtNanos.isPresent() && nowNanos - resetAtNanos.getAsLong() < RESET_NANOS;
      shutDown = code == GUEST_ENDED && !reset;
      tellEnd(process, exitCode);
      if (!shutDown && !delay.ended(nowNanos, code != LOST && code <= SIGNALLED)) {
        givenUp = true;
        log.error(
            "{} does not stay up and is given up; its log says:\n{}",
            process.name(),
            process.logTail(LOG_LINES));
      }
    }
  }
}
