package lockstep.tools.command;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.redis.IncrementLoad;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;
import lockstep.tools.redis.Timeline;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lockstep demo}: what a client sees when the machine under its server dies. */
@Command(
    name = "demo",
    description = {
      "One client counts in the guest's Redis over one TCP connection; the primary is killed with",
      "SIGKILL; the terminal shows what the client saw. Needs a protected pair: lockstep up."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final Duration BEFORE = Duration.ofSeconds(3);
  private static final Duration AFTER = Duration.ofSeconds(4);
  private static final Duration STRETCH = Duration.ofMillis(100);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PROTECTED_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PACE = Duration.ofMillis(2);

  @Mixin private StateOption state = new StateOption();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Cluster cluster = Cluster.of(state.directory())) {
      ReplicaView primary = awaitProtected(cluster);
      PublishedPort redis = Published.first(cluster);
      System.out.printf(
          "A Debian guest with Redis runs twice, in lockstep: %s is the primary.%n",
          primary.process().name());
      System.out.printf(
          "One client counts with INCR over one TCP connection to 127.0.0.1:%d.%n%n", redis.port());
      try (RedisConnection connection =
              new RedisConnection("127.0.0.1", redis.port(), ANSWER_TIMEOUT);
          IncrementLoad load = IncrementLoad.start(connection, "lockstep-demo", PACE)) {
        return tell(cluster, primary, load);
      }
    } catch (RedisErrorException e) {
      throw new IOException("Redis answers: " + e.getMessage(), e);
    }
  }

  /** A spare may be becoming the backup just now. */
  private static ReplicaView awaitProtected(Cluster cluster) throws IOException {
    long deadline = System.nanoTime() + PROTECTED_TIMEOUT.toNanos();
    while (true) {
      Optional<ReplicaView> primary = cluster.live().filter(view -> view.hasRole("PRIMARY"));
      if (primary.isPresent()) {
        return primary.get();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the guest has no backup, and got none within "
                + PROTECTED_TIMEOUT.toSeconds()
                + " s; lockstep up starts what does not run");
      }
      Cluster.sleep(STRETCH);
    }
  }

  private static int tell(Cluster cluster, ReplicaView primary, IncrementLoad load)
      throws IOException, InterruptedException {
    Timeline timeline = new Timeline();
    watch(load, timeline, BEFORE);
    long pid = primary.process().running().map(ProcessHandle::pid).orElse(-1L);
    long before = load.acknowledged();
    if (!primary.process().signal("KILL")) {
      throw new IOException("the primary has ended by itself");
    }
    System.out.printf("  kill -9 %d: the primary is dead; the count stood at %,d%n", pid, before);
    watch(load, timeline, AFTER);
    String survivor = cluster.live().map(view -> view.process().name()).orElse("nobody");
    System.out.printf("  %s is live; the count stands at %,d%n", survivor, load.acknowledged());
    IncrementLoad.Result result = load.stop();
    System.out.print(DemoText.of(result, timeline, STRETCH));
    System.out.println(
        "\nA spare becomes its backup now; `lockstep status` shows when it is protected again.");
    return result.flawless() ? 0 : 1;
  }

  private static void watch(IncrementLoad load, Timeline timeline, Duration duration)
      throws IOException {
    long end = System.nanoTime() + duration.toNanos();
    long last = load.acknowledged();
    while (System.nanoTime() < end) {
      Cluster.sleep(STRETCH);
      long now = load.acknowledged();
      timeline.add(now - last);
      last = now;
    }
  }
}
