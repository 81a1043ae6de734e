package lockstep.benchmarks.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ClusterSettings;
import lockstep.tools.cluster.GuestReady;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.cluster.VmSetup;
import lockstep.tools.image.Directories;
import lockstep.tools.image.Guest;
import lockstep.tools.image.Progress;

/**
 * A fresh guest under servers of its own, without a keeper: what a benchmark kills stays dead until
 * it is started again here. Not thread-safe.
 */
public final class BenchCluster implements AutoCloseable {
  private static final Duration BOOT_TIMEOUT = Duration.ofMinutes(10);
  private static final Duration ROLE_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration SERVER_PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final String VM = "bench";

  /** VMMs that a protected guest has. */
  private static final int PAIR = 2;

  private final Cluster cluster;
  private final int redisPort;
  private final int shellPort;
  private final List<String> vmmOptions;
  private final Thread onExit = new Thread(this::stopServers, "end the servers");

  private BenchCluster(Cluster cluster, int redisPort, int shellPort, List<String> vmmOptions) {
    this.cluster = cluster;
    this.redisPort = redisPort;
    this.shellPort = shellPort;
    this.vmmOptions = vmmOptions;
  }

  /**
   * Starts disk server and proxy, and defines the guest; no VMM yet.
   *
   * @param directory is emptied
   * @param memoryBytes guest RAM; 0 for what the guest recommends
   */
  public static BenchCluster start(Path directory, Guest guest, long memoryBytes, Progress progress)
      throws IOException {
    return start(directory, guest, memoryBytes, List.of(), progress);
  }

  /**
   * The same with arguments for every VMM.
   *
   * @param vmmOptions beside those that say where the others are
   */
  public static BenchCluster start(
      Path directory, Guest guest, long memoryBytes, List<String> vmmOptions, Progress progress)
      throws IOException {
    Directories.deleteTree(directory);
    StateDirectory state = new StateDirectory(directory);
    Cluster cluster = new Cluster(state, ClusterSettings.loadOrChoose(state, VM));
    BenchCluster started = new BenchCluster(cluster, freePort(), freePort(), vmmOptions);
    // The servers outlive this process unless they are told to end.
    Runtime.getRuntime().addShutdownHook(started.onExit);
    try {
      int guestRedis = guest.description().ports().getFirst();
      cluster.startDiskServer();
      VmSetup.of(cluster)
          .define(
              VmSetup.definition(
                  VM,
                  guest,
                  Map.of(guestRedis, started.redisPort, GuestShell.GUEST_PORT, started.shellPort),
                  memoryBytes),
              guest,
              progress);
      cluster.startClientProxy();
    } catch (IOException e) {
      started.close();
      throw e;
    }
    return started;
  }

  /** Boots the guest, unprotected. */
  public void bootAlone(Progress progress) throws IOException {
    List<String> options = new ArrayList<>(vmmOptions);
    options.add("--alone");
    cluster.startReplica(0, options);
    GuestReady.await(cluster, BOOT_TIMEOUT, progress);
  }

  /** Kills the backup, and waits until the live replica goes on alone. */
  public void goAlone() throws IOException {
    Optional<ReplicaView> backup = cluster.backup();
    if (backup.isPresent()) {
      backup.get().process().signal("KILL");
      backup.get().process().awaitEnd(SERVER_PATIENCE);
    }
    await("ALONE", () -> {});
  }

  /** Waits until the guest has a backup, with as many VMMs started again as that needs. */
  public void protect() throws IOException {
    await("PRIMARY", this::startSecond);
  }

  private void startSecond() throws IOException {
    List<Integer> ended = new ArrayList<>();
    for (int i = 0; i < cluster.settings().replicas().size(); i++) {
      if (cluster.replicaProcess(i).running().isEmpty()) {
        ended.add(i);
      }
    }
    if (cluster.settings().replicas().size() - ended.size() < PAIR) {
      cluster.startReplica(ended.getFirst(), vmmOptions);
    }
  }

  /** Whether the live VMM has a backup now. */
  public boolean isProtected() throws IOException {
    return cluster.live().filter(live -> live.hasRole("PRIMARY")).isPresent();
  }

  /** The VMM whose guest the world sees. */
  public ReplicaView live() throws IOException {
    return cluster.live().orElseThrow(() -> new IOException("nobody is live; " + logs()));
  }

  /** The last change of role that the live VMM has logged, and why it was; for people. */
  public String lastChangeOfRole() throws IOException {
    return Files.readAllLines(live().process().logFile()).stream()
        .filter(line -> line.contains(" role="))
        .reduce((_, later) -> later)
        .orElse("no change of role is logged");
  }

  private interface Step {
    void take() throws IOException;
  }

  /** Waits until the live VMM has a role, taking a step again and again. */
  private void await(String role, Step step) throws IOException {
    long deadline = System.nanoTime() + ROLE_TIMEOUT.toNanos();
    while (cluster.live().filter(live -> live.hasRole(role)).isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the live VMM is not " + role + "; " + logs());
      }
      step.take();
      Cluster.sleep(POLL);
    }
  }

  private String logs() {
    return "logs are beside " + cluster.diskServer().logFile();
  }

  public Cluster cluster() {
    return cluster;
  }

  /** Where clients reach the guest's Redis. */
  public int redisPort() {
    return redisPort;
  }

  /** Where {@link GuestShell} reaches the guest. */
  int shellPort() {
    return shellPort;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(onExit);
    stopServers();
    cluster.close();
  }

  private void stopServers() {
    for (ServerProcess process : cluster.processes().reversed()) {
      try {
        process.signal("KILL");
        process.awaitEnd(SERVER_PATIENCE);
      } catch (IOException e) {
        System.err.println("can't end " + process.name() + ": " + e.getMessage());
      }
    }
  }

  /** A TCP port of the loopback that nobody listens at now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
