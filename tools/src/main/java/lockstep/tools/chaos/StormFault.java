package lockstep.tools.chaos;

import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** What a storm does to a protected guest. */
enum StormFault {
  /** SIGKILL to the primary. */
  KILL_PRIMARY(Cost.PAUSE, 30),
  /** SIGKILL to the backup. */
  KILL_BACKUP(Cost.PAUSE, 15),
  /** SIGKILL to a spare. */
  KILL_SPARE(Cost.PAUSE, 5),
  /** SIGSTOP to the primary, SIGCONT when another is live. */
  STOP_PRIMARY(Cost.PAUSE, 8),
  /** SIGSTOP to the backup, SIGCONT when the primary is alone. */
  STOP_BACKUP(Cost.PAUSE, 8),
  /** SIGKILL to the disk server. */
  KILL_DISK_SERVER(Cost.PAUSE, 10),
  /**
   * The log channel's connection is ended, and none is let through until one of the two is live.
   */
  CUT_LOG_CHANNEL(Cost.PAUSE, 8),
  /** Nothing passes on the log channel until one of the two is live. */
  HOLD_LOG_CHANNEL(Cost.PAUSE, 5),
  /** Nothing passes between the primary and the arbiter for a while. */
  HOLD_ARBITER(Cost.PAUSE, 5),
  /** The primary's connections to its disks are ended, and none is let through for a while. */
  CUT_DISKS(Cost.PAUSE, 3),
  /** Nothing passes between the primary and the proxy for a while. */
  HOLD_PROXY(Cost.PAUSE, 3),
  /** SIGKILL to the client proxy, which holds the clients' TCP connections. */
  KILL_PROXY(Cost.CONNECTIONS, 1),
  /** SIGKILL to primary and backup together. */
  KILL_PAIR(Cost.COLD_START, 2),
  /** SIGKILL to the primary, and to the backup as soon as that is live. */
  KILL_PRIMARY_THEN_NEXT(Cost.COLD_START, 1);

  /** What a fault costs the clients at most. */
  enum Cost {
    /** A single failure: a pause. */
    PAUSE,
    /** Their connections. */
    CONNECTIONS,
    /** A double failure: the running guest; what it had synced to its disk is there. */
    COLD_START
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

  /** One of those that cost so much, by its weight. */
  static StormFault any(Cost cost, RandomGenerator random) {
    StormFault[] candidates =
        Stream.of(values()).filter(fault -> fault.cost == cost).toArray(StormFault[]::new);
    int left = random.nextInt(Stream.of(candidates).mapToInt(fault -> fault.weight).sum());
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
