package lockstep.tools.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.history.History;
import lockstep.tools.redis.IncrementLoad;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;

/**
 * Fault after fault on one guest that a keeper keeps: each when the guest is protected again, so
 * that every one is a single failure. Several clients read and write meanwhile, and one counts over
 * a connection that has to live through all of it.
 */
final class Storm {
  private static final Duration PROTECTED_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration TAKEN_OVER_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int QUIET_MILLIS_MAX = 1_500;

  private final Cluster cluster;
  private final int clientPort;
  private final Random random;
  private final History history = new History();
  private final List<RegisterClient> clients = new ArrayList<>();

  /** Hears of each fault when the guest is protected again. */
  interface Listener {
    void survived(int number, StormFault fault, long pauseNanos, long protectedAgainNanos);
  }

  /**
   * What came of a storm.
   *
   * @param counted what the client saw that counted over one connection
   * @param connectionsLost by the other clients
   * @param notLinearizable a key whose history is not linearizable; empty if all are
   */
  record Outcome(
      IncrementLoad.Result counted,
      long operations,
      int keys,
      long connectionsLost,
      Optional<String> notLinearizable) {
    boolean good() {
      return counted.flawless() && connectionsLost == 0 && notLinearizable.isEmpty();
    }
  }

  Storm(Cluster cluster, int clientPort, long seed) {
    this.cluster = cluster;
    this.clientPort = clientPort;
    this.random = new Random(seed);
  }

  Outcome run(int faults, int clientCount, Listener listener)
      throws IOException, InterruptedException, RedisErrorException {
    awaitProtected();
    AtomicLong values = new AtomicLong();
    AtomicLong operations = new AtomicLong();
    for (int i = 0; i < clientCount; i++) {
      clients.add(RegisterClient.start(clientPort, history, values, operations, random.nextLong()));
    }
    IncrementLoad.Result counted;
    try (RedisConnection connection = new RedisConnection("127.0.0.1", clientPort, ANSWER_TIMEOUT);
        IncrementLoad count = IncrementLoad.start(connection, "storm", Duration.ofMillis(5))) {
      for (int number = 1; number <= faults; number++) {
        strike(number, count, listener);
      }
      counted = count.stop();
    } finally {
      for (RegisterClient client : clients) {
        client.close();
      }
    }
    long lost = clients.stream().mapToLong(RegisterClient::connectionsLost).sum();
    return new Outcome(counted, history.size(), history.keys(), lost, history.notLinearizable());
  }

  private void strike(int number, IncrementLoad count, Listener listener) throws IOException {
    awaitProtected();
    Cluster.sleep(Duration.ofMillis(random.nextInt(QUIET_MILLIS_MAX)));
    StormFault fault = StormFault.any(random);
    clients.forEach(RegisterClient::takeLongestWaitNanos);
    count.forgetPauses();
    long began = System.nanoTime();
    doFault(fault);
    awaitProtected();
    long again = System.nanoTime() - began;
    long pause =
        clients.stream()
            .mapToLong(RegisterClient::takeLongestWaitNanos)
            .reduce(count.longestPauseNanos(), Math::max);
    listener.survived(number, fault, pause, again);
  }

  private void doFault(StormFault fault) throws IOException {
    switch (fault) {
      case KILL_PRIMARY -> kill(replica("PRIMARY").process());
      case KILL_BACKUP -> kill(replica("BACKUP").process());
      case KILL_SPARE -> {
        Optional<ReplicaView> spare = replicaWith("WAITING");
        if (spare.isPresent()) {
          kill(spare.get().process());
        }
      }
      case STOP_PRIMARY -> stopUntilTakenOver(replica("PRIMARY"));
      case STOP_BACKUP -> stopUntilTakenOver(replica("BACKUP"));
      case KILL_DISK_SERVER -> kill(cluster.diskServer());
    }
  }

  /** Until the other one goes on without it; then the stopped one may go on, and is fenced. */
  private void stopUntilTakenOver(ReplicaView stopped) throws IOException {
    stopped.process().signal("STOP");
    try {
      long deadline = System.nanoTime() + TAKEN_OVER_TIMEOUT.toNanos();
      while (!somebodyGoesOnWithout(stopped) && System.nanoTime() < deadline) {
        Cluster.sleep(POLL);
      }
    } finally {
      stopped.process().signal("CONT");
    }
  }

  private boolean somebodyGoesOnWithout(ReplicaView stopped) throws IOException {
    return cluster.replicas().stream()
        .anyMatch(
            view ->
                view.hasRole("ALONE")
                    || view.hasRole("PRIMARY")
                        && !view.text("peer").equals(stopped.text("replica")));
  }

  private static void kill(ServerProcess process) throws IOException {
    process.signal("KILL");
    process.awaitEnd(TAKEN_OVER_TIMEOUT);
  }

  private ReplicaView replica(String role) throws IOException {
    return replicaWith(role).orElseThrow(() -> new IOException("nobody is " + role + " any more"));
  }

  private Optional<ReplicaView> replicaWith(String role) throws IOException {
    return cluster.replicas().stream().filter(view -> view.hasRole(role)).findFirst();
  }

  private void awaitProtected() throws IOException {
    long deadline = System.nanoTime() + PROTECTED_TIMEOUT.toNanos();
    while (!isProtected()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the guest was not protected again within "
                + PROTECTED_TIMEOUT.toSeconds()
                + " s; logs are beside "
                + cluster.diskServer().logFile());
      }
      Cluster.sleep(POLL);
    }
  }

  private boolean isProtected() throws IOException {
    List<ReplicaView> replicas = cluster.replicas();
    return replicas.stream().anyMatch(view -> view.hasRole("PRIMARY"))
        && replicas.stream().anyMatch(view -> view.hasRole("BACKUP"))
        && cluster.diskServer().running().isPresent()
        && cluster.http().status(cluster.settings().diskHttpPort()).isPresent();
  }
}
