package lockstep.vmm.replica;

import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import lockstep.ft.core.Replayer;
import lockstep.ft.log.LogEntry;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;

/** The log of a {@link DivergenceFile} executed again, on a machine of its last equal state. */
final class LogReplay {
  private final Machine machine;
  private final Replayer replayer;
  private final Iterator<LogEntry> entries;
  private Optional<LogEntry> executing = Optional.empty();
  private Optional<String> difference = Optional.empty();

  LogReplay(DivergenceFile file, CompilerMode compiler) throws IOException {
    machine = file.lastEqual(compiler);
    replayer =
        new Replayer(
            machine,
            file.definition().disks().size(),
            file.lastEqualCore(),
            file.facts().lastEqual().orElseThrow().nextLsn());
    entries = file.entries().iterator();
  }

  Machine machine() {
    return machine;
  }

  /** How the machine differs from the log, once it does; it goes no further then. */
  Optional<String> difference() {
    return difference;
  }

  /** The entry that is executed, or was last. */
  long lsn() {
    return executing.map(LogEntry::lsn).orElse(-1L);
  }

  /**
   * Executes everything up to and with the entry {@code lsn}, but not beyond {@code positionLimit}.
   *
   * @return whether there is more to execute before that
   */
  boolean run(long lsn, long positionLimit) throws IOException {
    while (difference.isEmpty()) {
      if (replayer.isDone()) {
        if (lsn() >= lsn || !entries.hasNext()) {
          return false;
        }
        LogEntry next = entries.next();
        executing = Optional.of(next);
        if (!replayer.receive(next)) {
          throw new IOException("entry " + next.lsn() + " does not follow the one before");
        }
      }
      long steps = positionLimit - machine.position();
      if (steps <= 0) {
        return true;
      }
      difference = replayer.run(steps, effect -> {});
    }
    return false;
  }
}
