package lockstep.tools.chaos;

import java.util.Arrays;
import java.util.Optional;
import lockstep.ft.core.HaltReason;
import lockstep.tools.Lockstep;
import lockstep.tools.cluster.ServerEnd;
import lockstep.tools.command.VmmCommand;

/**
 * What kind of end a server's process has come to, by its exit code and its log.
 *
 * @param reason why a VMM has halted, if that is what it was, and both say so
 * @param text for people
 */
record EndKind(Optional<HaltReason> reason, String text) {
  private static final String OUT_OF_MEMORY = "java.lang.OutOfMemoryError";

  /** A VMM's exit code when a bug of its own has stopped it. */
  private static final int OWN_BUG = 70;

  /** A process that was ended by a signal has an exit code above this. */
  private static final int SIGNALLED = 128;

  private static final int SIGKILL = 9;

  /** What a VMM says last that was started while there was no disk server. */
  private static final String UNSERVED = "lockstep: the disk server gives no ";

  private static final EndKind KILL = new EndKind("killed");
  private static final EndKind NO_DISK_SERVER = new EndKind("no disk server to start from");

  private EndKind(String text) {
    this(Optional.empty(), text);
  }

  private EndKind(HaltReason reason) {
    this(Optional.of(reason), reason.name());
  }

  static EndKind of(ServerEnd end) {
    int code = end.exitCode();
    if (code == SIGNALLED + SIGKILL) {
      return KILL;
    }
    if (code > SIGNALLED) {
      return new EndKind("signal " + (code - SIGNALLED));
    }
    if (code == OWN_BUG) {
      return new EndKind("stopped by a bug of its own");
    }
    if (end.lastWords().contains(OUT_OF_MEMORY)) {
      return new EndKind("out of memory");
    }
    if (code == Lockstep.EXIT_FAILED && end.lastWords().startsWith(UNSERVED)) {
      return NO_DISK_SERVER;
    }
    return Arrays.stream(HaltReason.values())
        .filter(reason -> VmmCommand.exitCode(reason) == code)
        .filter(reason -> end.lastWords().contains("halted reason=" + reason + " "))
        .findFirst()
        .map(EndKind::new)
        .orElseGet(() -> new EndKind("exit code " + code));
  }

  /** Whether SIGKILL has ended it. */
  boolean isKill() {
    return equals(KILL);
  }

  /** Whether it is that of a VMM which could not start, for it was not told what. */
  boolean isWantOfDiskServer() {
    return equals(NO_DISK_SERVER);
  }

  @Override
  public String toString() {
    return text;
  }
}
