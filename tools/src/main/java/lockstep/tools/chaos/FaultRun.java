package lockstep.tools.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import lockstep.tools.chaos.network.Relay;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.redis.IncrementLoad;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;

/** One run: a fresh pair, a client that counts, one fault, and what the client saw. */
final class FaultRun {
  private static final Duration PROTECTED_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SETTLE = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration ARBITER_AWAY = Duration.ofSeconds(2);
  private static final long ACKNOWLEDGED_AFTER_MIN = 50;

  /**
   * A pair that users have has run for long: before the fault these two have to be like it, with
   * the interpreters compiled by their JVMs.
   */
  private static final long WARM_UP_ACKNOWLEDGED = 1_000;

  private static final Duration WARM_UP_MAX = Duration.ofSeconds(10);
  private static final int BEFORE_MILLIS_MIN = 300;
  private static final int BEFORE_MILLIS_MAX = 2_000;

  private final SavedGuest saved;
  private final Fault fault;
  private final int clientPort;
  private final RandomGenerator random;

  FaultRun(SavedGuest saved, Fault fault, int clientPort, RandomGenerator random) {
    this.saved = saved;
    this.fault = fault;
    this.clientPort = clientPort;
    this.random = random;
  }

  /**
   * What came of a run.
   *
   * @param client what the client saw; pauses from the fault on
   * @param waitBeforeNanos the client's longest wait before the fault, once the pair was warm
   * @param liveAfterwards how many replicas said that they are live when it was over
   * @param wrong what did not happen as it must; empty if all did
   * @param pauseMax the longest pause that this fault may cause
   */
  record Outcome(
      IncrementLoad.Result client,
      long waitBeforeNanos,
      long liveAfterwards,
      String wrong,
      Duration pauseMax) {
    boolean good() {
      return nothingLost() && inTime();
    }

    /** Whatever the speed of the host. */
    boolean nothingLost() {
      return client.flawless() && liveAfterwards == 1 && wrong.isEmpty();
    }

    boolean inTime() {
      return client.longestPauseNanos() <= pauseMax.toNanos();
    }
  }

  Outcome run() throws IOException, InterruptedException, RedisErrorException {
    saved.resetDisk();
    try (Cluster cluster = saved.cluster()) {
      try (Relay wire = new Relay(cluster.settings().replicas().getFirst().logPort())) {
        start(cluster, wire);
        return underLoad(cluster, wire);
      } finally {
        SavedGuest.stopAll(cluster);
      }
    }
  }

  private void start(Cluster cluster, Relay wire) throws IOException {
    cluster.startDiskServer();
    cluster.startClientProxy();
    String state = saved.machineState().toString();
    // The first one to start is live, so that it is its log channel that the relay carries.
    cluster.startReplica(
        0, List.of("--from-state", state, "--advertise", "127.0.0.1:" + wire.port()));
    await(cluster, "replica was live", () -> cluster.live().isPresent());
    cluster.startReplica(1, List.of("--from-state", state));
    await(cluster, "pair was protected", () -> cluster.backup().isPresent());
  }

  private Outcome underLoad(Cluster cluster, Relay wire)
      throws IOException, InterruptedException, RedisErrorException {
    try (RedisConnection connection = new RedisConnection("127.0.0.1", clientPort, ANSWER_TIMEOUT);
        IncrementLoad load = IncrementLoad.start(connection, "lockstep-chaos", Duration.ZERO)) {
      awaitAcknowledged(load, WARM_UP_ACKNOWLEDGED, WARM_UP_MAX);
      var _ = load.takePause();
      Cluster.sleep(Duration.ofMillis(random.nextInt(BEFORE_MILLIS_MIN, BEFORE_MILLIS_MAX)));
      String wrong = isAsStarted(cluster);
      long waitBefore = load.takePause().longest();
      if (wrong.isEmpty()) {
        wrong = doFault(cluster, wire);
      }
      // The answer under way may come from before the fault took effect: give it a moment first.
      Cluster.sleep(SETTLE);
      awaitAcknowledged(load, load.acknowledged() + ACKNOWLEDGED_AFTER_MIN, ANSWER_TIMEOUT);
      IncrementLoad.Result result = load.stop();
      if (wrong.isEmpty()) {
        wrong = afterwards(cluster);
      }
      if (wrong.isEmpty()) {
        wrong = whoIsLive(cluster);
      }
      long live = cluster.replicas().stream().filter(ReplicaView::isLive).count();
      return new Outcome(result, waitBefore, live, wrong, fault.pauseMax());
    }
  }

  /** A pair that has failed over before its fault would show nothing of it. */
  private static String isAsStarted(Cluster cluster) throws IOException {
    List<ReplicaView> views = cluster.replicas();
    return views.get(0).hasRole("PRIMARY") && views.get(1).hasRole("BACKUP")
        ? ""
        : "the pair was no longer as it was started, before the fault: "
            + views.stream().map(ReplicaView::role).toList();
  }

  private String whoIsLive(Cluster cluster) throws IOException {
    return switch (fault) {
      case KILL_PRIMARY, STOP_PRIMARY, KILL_PRIMARY_WITHOUT_ARBITER ->
          isLive(cluster, 1) ? "" : "the backup has not gone live";
      case KILL_BACKUP, RESTART_DISK_SERVER ->
          isLive(cluster, 0) ? "" : "the primary is no longer live";
      case CUT_LOG_CHANNEL -> "";
    };
  }

  private static boolean isLive(Cluster cluster, int index) throws IOException {
    return cluster.live().map(view -> isReplica(cluster, index, view)).orElse(false);
  }

  private static boolean isReplica(Cluster cluster, int index, ReplicaView view) {
    return view.process().name().equals(cluster.replicaProcess(index).name());
  }

  private String doFault(Cluster cluster, Relay wire) throws IOException {
    ServerProcess primary = cluster.replicaProcess(0);
    switch (fault) {
      case KILL_PRIMARY -> Strikes.kill(primary);
      case STOP_PRIMARY -> Strikes.signal(primary, "STOP");
      case KILL_BACKUP -> Strikes.kill(cluster.replicaProcess(1));
      case CUT_LOG_CHANNEL -> wire.cut();
      case RESTART_DISK_SERVER -> {
        Strikes.kill(cluster.diskServer());
        Cluster.sleep(ARBITER_AWAY);
        cluster.startDiskServer();
      }
      case KILL_PRIMARY_WITHOUT_ARBITER -> {
        Strikes.kill(cluster.diskServer());
        Strikes.kill(primary);
        Cluster.sleep(ARBITER_AWAY);
        boolean wentLive = cluster.live().isPresent();
        cluster.startDiskServer();
        return wentLive ? "went live without an arbiter's answer" : "";
      }
    }
    return "";
  }

  /** What must hold once the client goes on. */
  private String afterwards(Cluster cluster) throws IOException {
    if (fault != Fault.STOP_PRIMARY) {
      return "";
    }
    ServerProcess stopped = cluster.replicaProcess(0);
    stopped.signal("CONT");
    return stopped.awaitEnd(PROTECTED_TIMEOUT) ? "" : "the continued primary has not halted";
  }

  private static void awaitAcknowledged(IncrementLoad load, long wanted, Duration atMost)
      throws IOException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (load.acknowledged() < wanted && System.nanoTime() < deadline) {
      Cluster.sleep(POLL);
    }
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Cluster cluster, String what, Condition condition) throws IOException {
    long deadline = System.nanoTime() + PROTECTED_TIMEOUT.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "no "
                + what
                + " after "
                + PROTECTED_TIMEOUT.toSeconds()
                + " s; logs are beside "
                + cluster.diskServer().logFile());
      }
      Cluster.sleep(POLL);
    }
  }
}
