package lockstep.tools.chaos;

import java.time.Duration;
import java.util.Locale;

/** What can be done to a running pair, and how long a client may wait because of it. */
public enum Fault {
  /** SIGKILL to the primary: the backup goes live. */
  KILL_PRIMARY(1),
  /** SIGSTOP to the primary; when it is continued it must find itself fenced and halt. */
  STOP_PRIMARY(3),
  /** SIGKILL to the backup: the primary goes on alone. */
  KILL_BACKUP(3),
  /** SIGKILL to the disk server, which is started again: both replicas go on. */
  RESTART_DISK_SERVER(20),
  /**
   * SIGKILL to the disk server, then to the primary: nobody goes live until the disk server is
   * back, then the backup does.
   */
  KILL_PRIMARY_WITHOUT_ARBITER(20),
  /** The log channel alone is cut: exactly one replica is live afterwards. */
  CUT_LOG_CHANNEL(3);

  private final Duration pauseMax;

  Fault(int pauseMaxSeconds) {
    this.pauseMax = Duration.ofSeconds(pauseMaxSeconds);
  }

  /**
   * The longest wait for one answer that is as it must be; where the disk server is away it is the
   * time for which it is away, generously.
   */
  Duration pauseMax() {
    return pauseMax;
  }

  /** As written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
