package lockstep.tools.chaos;

import java.util.Locale;

/** What can be done to a running pair. */
public enum Fault {
  /** SIGKILL to the primary: the backup goes live. */
  KILL_PRIMARY,
  /** SIGSTOP to the primary; when it is continued it must find itself fenced and halt. */
  STOP_PRIMARY,
  /** SIGKILL to the backup: the primary goes on alone. */
  KILL_BACKUP,
  /** SIGKILL to the disk server, which is started again: both replicas go on. */
  RESTART_DISK_SERVER,
  /**
   * SIGKILL to the disk server, then to the primary: nobody goes live until the disk server is
   * back, then the backup does.
   */
  KILL_PRIMARY_WITHOUT_ARBITER,
  /** The log channel alone is cut: exactly one replica is live afterwards. */
  CUT_LOG_CHANNEL;

  /** As written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
