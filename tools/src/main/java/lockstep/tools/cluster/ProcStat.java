package lockstep.tools.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What Linux tells of a process in {@code /proc/PID/stat}, see proc(5).
 *
 * @param state field 3, for example {@code S}; {@code T} is stopped by a signal
 * @param startTicks field 22: when it began, in clock ticks since the host's boot. Unlike {@link
 *     ProcessHandle.Info#startInstant} it does not move when the wall clock is set.
 */
public record ProcStat(char state, long startTicks) {
  private static final int STATE_FIELD = 3;
  private static final int START_FIELD = 22;
  private static final char STOPPED = 'T';

  /** Of a process of this host; empty if there is none, or no such file on this system. */
  public static Optional<ProcStat> of(long pid) {
    try {
      return parse(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
    } catch (IOException _) {
      return Optional.empty(); // no such process any more, or not Linux
    }
  }

  /** Field 2 is the program's name in parentheses, which may itself hold blanks and parentheses. */
  static Optional<ProcStat> parse(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    if (fields.length <= START_FIELD - STATE_FIELD || fields[0].length() != 1) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcStat(fields[0].charAt(0), Long.parseLong(fields[START_FIELD - STATE_FIELD])));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  boolean isStopped() {
    return state == STOPPED;
  }
}
