package lockstep.tools.chaos;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** What a storm does to a protected guest; each is survived without a word to the clients. */
enum StormFault {
  /** SIGKILL to the primary. */
  KILL_PRIMARY(40),
  /** SIGKILL to the backup. */
  KILL_BACKUP(20),
  /** SIGKILL to a spare. */
  KILL_SPARE(5),
  /** SIGSTOP to the primary, SIGCONT when another is live. */
  STOP_PRIMARY(10),
  /** SIGSTOP to the backup, SIGCONT when the primary is alone. */
  STOP_BACKUP(10),
  /** SIGKILL to the disk server. */
  KILL_DISK_SERVER(15);

  private final int weight;

  StormFault(int weight) {
    this.weight = weight;
  }

  /** One by its weight. */
  static StormFault any(RandomGenerator random) {
    int sum = 0;
    for (StormFault fault : values()) {
      sum += fault.weight;
    }
    int left = random.nextInt(sum);
    for (StormFault fault : values()) {
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
