package lockstep.tools.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import lockstep.ft.history.History;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.redis.IncrementLoad;
import lockstep.tools.redis.LongestWait;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;

/**
 * Fault after fault on one guest that a keeper keeps: each when the guest is protected again, so
 * that every one of those that cost a pause is a single failure. Several clients read and write
 * meanwhile. Deaths of the proxy and double failures come first; then one client counts over a
 * connection that has to live through all single failures.
 */
final class Storm {
  private static final Duration PROTECTED_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration COLD_START_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration COUNTING_PACE = Duration.ofMillis(5);

  /** After so long no operation is under way any more. */
  private static final Duration SETTLED_AFTER = ANSWER_TIMEOUT.multipliedBy(2);

  private static final int QUIET_MILLIS_MAX = 1_500;

  /** Redis answers a write once it is on the disk: only that outlives a double failure. */
  private static final List<String> SYNC_ALWAYS = List.of("CONFIG", "SET", "appendfsync", "always");

  private static final List<String> SYNC_EVERY_SECOND =
      List.of("CONFIG", "SET", "appendfsync", "everysec");

  private final StormGuest guest;
  private final Strikes strikes;
  private final int clientCount;
  private final Duration clientPace;
  private final Set<StormFault> singles;
  private final Random random;
  private Listener listener = _ -> {};
  private final History history = new History();
  private final RegisterClient.Shared shared = new RegisterClient.Shared();
  private final List<Survived> survived = new ArrayList<>();
  private final Map<StormFault.Cost, Long> connectionsLost = new EnumMap<>(StormFault.Cost.class);
  private IncrementLoad.Result counted = new IncrementLoad.Result(0, 0, 0, "", 0);
  private LastWrites.Compared kept = LastWrites.Compared.NONE;
  private Optional<String> ended = Optional.empty();
  private volatile boolean endWanted;

  /**
   * A fault that the guest has got over.
   *
   * @param pause how long clients have waited until the guest was protected again: at once, for who
   *     is to answer; and all in all, also while it got another backup
   */
  record Survived(
      int number,
      StormFault fault,
      long atNanos,
      LongestWait.Taken pause,
      long protectedAgainNanos) {}

  /** Hears of each fault when the guest is protected again. */
  interface Listener {
    void survived(Survived survived) throws IOException;
  }

  /**
   * How many faults to do.
   *
   * @param single that cost a pause each
   * @param proxyDeaths that cost the clients' connections
   * @param doubles that cost the running guest
   * @param atMost no fault is done any more when so much time has gone by
   */
  record Plan(int single, int proxyDeaths, int doubles, Duration atMost) {
    int sum() {
      return single + proxyDeaths + doubles;
    }

    /** How many that cost so much. */
    int of(StormFault.Cost cost) {
      return switch (cost) {
        case PAUSE -> single;
        case CONNECTIONS -> proxyDeaths;
        case COLD_START -> doubles;
      };
    }

    /** Whether the time is over, of whatever kind the next fault would be. */
    boolean isOver(long beganNanos, long nowNanos) {
      return nowNanos - beganNanos >= atMost.toNanos();
    }
  }

  /**
   * What came of a storm, or has come of it so far.
   *
   * @param ended why it has ended before its time; empty if it has not
   * @param counted what the client saw that counted over one connection
   * @param kept what was read after double failures, before anything was written again
   * @param lostBySingles connections that other clients lost to single failures
   * @param lostByProxyDeaths and to the proxy's deaths
   * @param lostByDoubles and to double failures
   * @param notLinearizable a key whose history is not linearizable; empty if all are
   * @param twoLive two VMMs that were live at once; empty as it must be
   * @param switches how often a primary was seen to become the backup of who was its own
   */
  record Outcome(
      Optional<String> ended,
      IncrementLoad.Result counted,
      LastWrites.Compared kept,
      long operations,
      int keys,
      long lostBySingles,
      long lostByProxyDeaths,
      long lostByDoubles,
      Optional<String> notLinearizable,
      Optional<String> twoLive,
      int switches) {
    /** What of it is not as it must be. */
    List<String> complaints() {
      List<String> complaints = new ArrayList<>();
      ended.ifPresent(complaints::add);
      if (counted.lost() > 0) {
        complaints.add(counted.lost() + " acknowledged writes lost");
      }
      if (counted.repeated() > 0) {
        complaints.add(counted.repeated() + " writes applied twice");
      }
      complaints.addAll(kept.complaints());
      if (connectionsLostBySingles() > 0) {
        complaints.add(connectionsLostBySingles() + " connections lost to single failures");
      }
      notLinearizable.ifPresent(
          key -> complaints.add("what was seen of " + key + " is not linearizable"));
      twoLive.ifPresent(complaints::add);
      return complaints;
    }

    /** That of the client that counted included. */
    long connectionsLostBySingles() {
      return lostBySingles + (counted.ended().isEmpty() ? 0 : 1);
    }
  }

  /**
   * @param clientPace time between an answer and a client's next operation
   * @param singles the kinds of single failures to do
   */
  Storm(
      StormGuest guest, int clientCount, Duration clientPace, Set<StormFault> singles, long seed) {
    this.guest = guest;
    this.singles = singles;
    this.clientCount = clientCount;
    this.clientPace = clientPace;
    this.random = new Random(seed);
    this.strikes = new Strikes(guest, random);
  }

  /**
   * Does as many as planned, or until the guest does not get over one, or {@link #end} is called.
   * What was seen by then is its outcome, however it has ended.
   */
  Outcome run(Plan plan, RoleWatch roles, Listener whoHears) throws InterruptedException {
    listener = whoHears;
    long began = System.nanoTime();
    try {
      Pair first = guest.awaitProtected(PROTECTED_TIMEOUT);
      guest.generations().note(first.generation(), 0, ServerEnds.BEFORE_THE_FIRST);
      part(plan, StormFault.Cost.CONNECTIONS, SYNC_EVERY_SECOND, began);
      part(plan, StormFault.Cost.COLD_START, SYNC_ALWAYS, began);
      singleFailures(plan, began);
      if (endWanted && survived.size() < plan.sum()) {
        ended = Optional.of("it was ended from outside");
      }
    } catch (IOException | RedisErrorException e) {
      ended = Optional.of(String.valueOf(e.getMessage()));
    }
    return outcome(history.notLinearizable(), roles);
  }

  /** Lets the fault under way be the last; for any thread. */
  void end() {
    endWanted = true;
  }

  /** What has come of it so far: histories of keys that are still used have not been checked. */
  Outcome soFar(RoleWatch roles) {
    return outcome(history.violatedSoFar(), roles);
  }

  private Outcome outcome(Optional<String> notLinearizable, RoleWatch roles) {
    return new Outcome(
        ended,
        counted,
        kept,
        history.size(),
        history.keys(),
        connectionsLostBy(StormFault.Cost.PAUSE),
        connectionsLostBy(StormFault.Cost.CONNECTIONS),
        connectionsLostBy(StormFault.Cost.COLD_START),
        notLinearizable,
        roles.twoLive(),
        roles.switches());
  }

  private long connectionsLostBy(StormFault.Cost cost) {
    return connectionsLost.getOrDefault(cost, 0L);
  }

  /** The faults so far. */
  List<Survived> survived() {
    return List.copyOf(survived);
  }

  /** The keys that clients have written to. */
  List<String> keys() {
    return shared.keys();
  }

  private StormClients clients(int count, List<String> first) {
    return new StormClients(count, guest.clients(), clientPace, history, shared, first, random);
  }

  private void part(Plan plan, StormFault.Cost cost, List<String> first, long began)
      throws IOException {
    try (StormClients clients = clients(plan.of(cost) == 0 ? 0 : clientCount, first)) {
      strikeAll(plan, cost, clients, Optional.empty(), began);
      connectionsLost.put(cost, clients.connectionsLost());
    }
  }

  private void singleFailures(Plan plan, long began)
      throws IOException, InterruptedException, RedisErrorException {
    try (StormClients clients = clients(clientCount, SYNC_EVERY_SECOND);
        RedisConnection connection = guest.connect(ANSWER_TIMEOUT);
        IncrementLoad count = IncrementLoad.start(connection, "storm", COUNTING_PACE)) {
      try {
        strikeAll(plan, StormFault.Cost.PAUSE, clients, Optional.of(count), began);
      } finally {
        counted = count.stop();
        connectionsLost.put(StormFault.Cost.PAUSE, clients.connectionsLost());
      }
    }
  }

  private void strikeAll(
      Plan plan,
      StormFault.Cost cost,
      StormClients clients,
      Optional<IncrementLoad> count,
      long began)
      throws IOException {
    for (int i = 0; i < plan.of(cost) && !endWanted; i++) {
      if (plan.isOver(began, System.nanoTime())) {
        return;
      }
      strike(cost, clients, count);
    }
  }

  private void strike(StormFault.Cost cost, StormClients clients, Optional<IncrementLoad> count)
      throws IOException {
    clients.awaitAnswers(ANSWER_TIMEOUT);
    Cluster.sleep(Duration.ofMillis(random.nextInt(QUIET_MILLIS_MAX)));
    StormFault fault =
        StormFault.any(cost == StormFault.Cost.PAUSE ? singles : StormFault.of(cost), random);
    Pair pair = guest.awaitProtected(PROTECTED_TIMEOUT);
    int number = survived.size() + 1;
    guest.generations().note(pair.generation(), 0, "before fault " + number);
    guest.ends().begins(number, fault, Instant.now());
    var _ = clients.takeLongestWait();
    count.ifPresent(IncrementLoad::takePause);
    long began = System.nanoTime();
    long again;
    try {
      strikes.strike(fault, pair);
      if (cost == StormFault.Cost.COLD_START) {
        clients.hold(); // the lease is not over yet: nobody serves them
      }
      protectedAgain(number, fault);
      again = System.nanoTime() - began;
      if (cost == StormFault.Cost.COLD_START) {
        compare(clients);
        clients.goOn();
      }
      clients.awaitAnswers(
          cost == StormFault.Cost.COLD_START ? COLD_START_TIMEOUT : ANSWER_TIMEOUT);
    } catch (IOException e) {
      throw new IOException(fault + ": " + e.getMessage(), e);
    } finally {
      connectionsLost.put(cost, clients.connectionsLost());
      count.ifPresent(load -> counted = load.soFar());
    }
    LongestWait.Taken counting = count.map(IncrementLoad::takePause).orElse(LongestWait.Taken.NONE);
    Survived done =
        new Survived(number, fault, began, clients.takeLongestWait().or(counting), again);
    survived.add(done);
    listener.survived(done);
    history.settle(System.nanoTime() - SETTLED_AFTER.toNanos(), shared.keysNow());
  }

  /** Waits for it, and notes by whom, and whether it is the same guest. */
  private void protectedAgain(int number, StormFault fault) throws IOException {
    boolean anew = fault.cost() == StormFault.Cost.COLD_START;
    Pair pair = guest.awaitProtected(anew ? COLD_START_TIMEOUT : PROTECTED_TIMEOUT);
    guest
        .generations()
        .note(pair.generation(), anew ? 1 : 0, "fault %d, %s".formatted(number, fault));
    for (ReplicaView view : List.of(pair.primary(), pair.backup())) {
      view.running().ifPresent(running -> guest.ends().keeps(view.process().name(), running.pid()));
    }
  }

  /** Whether a guest that was started anew has kept what clients know to have written. */
  private void compare(StormClients clients) throws IOException {
    try (RedisConnection connection = guest.awaitService(ANSWER_TIMEOUT, COLD_START_TIMEOUT)) {
      clients.awaitHeld(COLD_START_TIMEOUT);
      kept =
          kept.and(
              shared
                  .lastWrites()
                  .compare(key -> RegisterClient.read(connection, key), System.nanoTime()));
    } catch (RedisErrorException e) {
      throw new IOException("what it has kept can't be read: " + e.getMessage(), e);
    }
  }
}
