package lockstep.tools.chaos;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a storm does to a protected guest. */
enum StormFault {
  /** SIGKILL to the primary. */
  KILL_PRIMARY(Cost.PAUSE, 30),
  /** SIGKILL to the backup. */
  KILL_BACKUP(Cost.PAUSE, 15),
  /** SIGKILL to a spare, once there is one. */
  KILL_SPARE(Cost.PAUSE, 5),
  /** SIGSTOP to the primary, SIGCONT when another is live; then it has to end. */
  STOP_PRIMARY(Cost.PAUSE, 8),
  /** SIGSTOP to the backup, SIGCONT when the primary is alone; then it has to end. */
  STOP_BACKUP(Cost.PAUSE, 8),
  /** SIGSTOP to a spare, once there is one, SIGCONT after a while. */
  STOP_SPARE(Cost.PAUSE, 3),
  /** SIGKILL to the disk server. */
  KILL_DISK_SERVER(Cost.PAUSE, 10),
  /** SIGSTOP to the disk server, the arbiter, SIGCONT after a while. */
  STOP_DISK_SERVER(Cost.PAUSE, 5),
  /** SIGSTOP to the client proxy, SIGCONT after a while: connections outlive that. */
  STOP_PROXY(Cost.PAUSE, 4),
  /**
   * The log channel's connection is ended, and none is let through until one of the two is live.
   */
  CUT_LOG_CHANNEL(Cost.PAUSE, 8),
  /** Nothing passes on the log channel until one of the two is live. */
  HOLD_LOG_CHANNEL(Cost.PAUSE, 5),
  /** Nothing passes one way of the log channel until one of the two is live. */
  HALF_LOG_CHANNEL(Cost.PAUSE, 5),
  /** Nothing passes between the primary and the arbiter for a while: the roles are switched. */
  HOLD_ARBITER(Cost.PAUSE, 5),
  /**
   * The primary's connections to its disks are ended, and none is let through for a while: the
   * roles are switched.
   */
  CUT_DISKS(Cost.PAUSE, 5),
  /** Nothing passes between the primary and the proxy for a while: the roles are switched. */
  HOLD_PROXY(Cost.PAUSE, 5),
  /** Nothing passes one way between the primary and the arbiter for a while, as above. */
  HALF_ARBITER(Cost.PAUSE, 3),
  /** Nothing passes one way between the primary and its disks for a while, as above. */
  HALF_DISKS(Cost.PAUSE, 3),
  /** Nothing passes one way between the primary and the proxy for a while, as above. */
  HALF_PROXY(Cost.PAUSE, 3),
  /** Nothing passes between the backup and the arbiter for a while. */
  HOLD_BACKUP_ARBITER(Cost.PAUSE, 3),
  /** Nothing passes between the backup and the proxy for a while. */
  HOLD_BACKUP_PROXY(Cost.PAUSE, 3),
  /** Nothing passes between a spare, once there is one, and the other servers for a while. */
  HOLD_SPARE(Cost.PAUSE, 3),
  /**
   * Nothing passes between the proxy and the arbiter while the roles are switched: that another is
   * live, the proxy hears from that one alone.
   */
  HOLD_PROXY_ARBITER(Cost.PAUSE, 4),
  /**
   * The primary is cut off from all other servers, with or without their hearing of it, for a while
   * after the backup has gone live; then it has to end.
   */
  ISOLATE_PRIMARY(Cost.PAUSE, 5),
  /** The same to the backup: the primary goes on alone. */
  ISOLATE_BACKUP(Cost.PAUSE, 4),
  /**
   * Nothing passes on the log channel, nor between the primary and the arbiter, for a while after
   * the backup has gone live: two that could both serve, for both reach disks and proxy. The
   * primary has to end.
   */
  HOLD_PRIMARY_LOG_AND_ARBITER(Cost.PAUSE, 5),
  /** The operator has the roles switched. */
  SWITCH(Cost.PAUSE, 8),
  /** The operator has the guest paused for a moment. */
  PAUSE_RESUME(Cost.PAUSE, 4),
  /** SIGKILL to the client proxy, which holds the clients' TCP connections. */
  KILL_PROXY(Cost.CONNECTIONS, 1),
  /** SIGKILL to primary and backup together. */
  KILL_PAIR(Cost.COLD_START, 2),
  /** SIGKILL to the primary, and to the backup as soon as that is live. */
  KILL_PRIMARY_THEN_NEXT(Cost.COLD_START, 1);

  /** What a fault costs the clients at most. */
  enum Cost {
    /** A single failure, or what the operator asks for: a pause. */
    PAUSE,
    /** Their connections. */
    CONNECTIONS,
    /** A double failure: the running guest; what it had synced to its disk is there. */
    COLD_START
  }

  /** Whom a fault may part from the guest; who has lost it so has to halt. */
  enum Loser {
    /** Nobody: whom the fault kills does not halt, and all others go on. */
    NOBODY,
    PRIMARY,
    BACKUP,
    /** One of the two, whoever is second to claim. */
    ONE_OF_THE_PAIR,
    /** A spare that is being made the backup of who is killed. */
    CANDIDATE
  }

  private final Cost cost;
  private final int weight;

  StormFault(Cost cost, int weight) {
    this.cost = cost;
    this.weight = weight;
  }

  Cost cost() {
    return cost;
  }

  Loser loser() {
    return switch (this) {
      case STOP_PRIMARY, ISOLATE_PRIMARY, HOLD_PRIMARY_LOG_AND_ARBITER -> Loser.PRIMARY;
      case STOP_BACKUP, ISOLATE_BACKUP -> Loser.BACKUP;
      case CUT_LOG_CHANNEL, HOLD_LOG_CHANNEL, HALF_LOG_CHANNEL -> Loser.ONE_OF_THE_PAIR;
      case KILL_PRIMARY_THEN_NEXT -> Loser.CANDIDATE;
      case KILL_PRIMARY,
          KILL_BACKUP,
          KILL_SPARE,
          STOP_SPARE,
          KILL_DISK_SERVER,
          STOP_DISK_SERVER,
          STOP_PROXY,
          HOLD_ARBITER,
          CUT_DISKS,
          HOLD_PROXY,
          HALF_ARBITER,
          HALF_DISKS,
          HALF_PROXY,
          HOLD_BACKUP_ARBITER,
          HOLD_BACKUP_PROXY,
          HOLD_SPARE,
          HOLD_PROXY_ARBITER,
          SWITCH,
          PAUSE_RESUME,
          KILL_PROXY,
          KILL_PAIR ->
          Loser.NOBODY;
    };
  }

  /** Whether a VMM that starts meanwhile is not told what to run. */
  boolean takesDiskServerAway() {
    return this == KILL_DISK_SERVER || this == STOP_DISK_SERVER;
  }

  /** All that cost so much. */
  static Set<StormFault> of(Cost cost) {
    return Stream.of(values())
        .filter(fault -> fault.cost == cost)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(StormFault.class)));
  }

  /** One of these, by its weight. */
  static StormFault any(Set<StormFault> candidates, RandomGenerator random) {
    int left = random.nextInt(candidates.stream().mapToInt(fault -> fault.weight).sum());
    for (StormFault fault : candidates) {
      left -= fault.weight;
      if (left < 0) {
        return fault;
      }
    }
    throw new IllegalStateException("weights do not add up");
  }

  /** As written in reports. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
