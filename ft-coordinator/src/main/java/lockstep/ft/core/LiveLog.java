package lockstep.ft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;

/**
 * The log that a live replica writes: numbers the entries, and hands them to whoever is to execute
 * them. While the guest has not run, it keeps them all, for a candidate starts at the beginning.
 */
final class LiveLog {
  /** A guest that runs on without any other entry is followed after so long. */
  private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Core core;
  private final OutputGate gate;
  private final List<LogEntry> fromBeginning = new ArrayList<>();
  private Optional<LogSender> sender = Optional.empty();
  private boolean keeping = true;
  private long nextLsn;
  private long lastPosition;
  private long toldAtNanos;

  /** Since when the guest has been beyond what the log lets the backup reach. */
  private OptionalLong aheadSinceNanos = OptionalLong.empty();

  LiveLog(Core core, OutputGate gate, long nextLsn) {
    this.core = core;
    this.gate = gate;
    this.nextLsn = nextLsn;
    this.toldAtNanos = core.now();
  }

  long nextLsn() {
    return nextLsn;
  }

  /** Appends an entry at the machine's position. */
  LogEntry append(Payload payload) {
    LogEntry entry = new LogEntry(nextLsn++, core.guest.machine.position(), payload);
    lastPosition = entry.position();
    toldAtNanos = core.now();
    if (core.logged()) {
      core.emit(new Effect.Logged(entry));
    }
    core.evidence.append(core.guest, entry);
    if (keeping) {
      fromBeginning.add(entry);
    }
    sender.ifPresent(
        to -> {
          to.append(entry, gate.released(), core);
          to.reached(entry.position(), aheadSinceNanos.orElse(core.now()));
        });
    aheadSinceNanos = OptionalLong.empty();
    return entry;
  }

  /**
   * The guest's slice has ended at {@code position}: lets the backup follow, now and then.
   *
   * @param goesOn whether the guest will soon come to the end of another slice
   */
  void reached(long position, boolean goesOn) {
    if (sender.isEmpty() || position == lastPosition) {
      return;
    }
    if (goesOn && core.now() - toldAtNanos < PROGRESS_NANOS) {
      if (aheadSinceNanos.isEmpty()) {
        aheadSinceNanos = OptionalLong.of(core.now());
      }
    } else {
      append(new Payload.Progressed());
    }
  }

  /** From now on, every entry goes to {@code to} too. */
  void sendTo(LogSender to) {
    sender = Optional.of(to);
  }

  /** As {@link #sendTo}, and first all that there is. */
  void sendFromBeginningTo(LogSender to) {
    fromBeginning.forEach(entry -> to.append(entry, gate.released(), core));
    sendTo(to);
  }

  void sendToNobody() {
    sender = Optional.empty();
    aheadSinceNanos = OptionalLong.empty();
  }

  /** The guest runs: nobody joins at the beginning any more. */
  void forgetBeginning() {
    keeping = false;
    fromBeginning.clear();
  }
}
