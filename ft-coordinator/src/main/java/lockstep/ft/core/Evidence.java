package lockstep.ft.core;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.StateHash;

/**
 * What a replica of a pair keeps so that a divergence can be explained: the state at the last check
 * at which both machines were equal, and the log since. A backup knows at once whether a check was
 * equal; a primary takes it for equal when the backup has executed more than that, and remembers
 * the checks since, for by then it has run on.
 *
 * <p>Keeps nothing before the first check, and nothing of a replica without a peer. Bounded: at
 * half of the bound a check is due, at all of it everything is forgotten until the next.
 */
final class Evidence {
  private final long bytesMax;
  private final ArrayDeque<Divergence.Check> checks = new ArrayDeque<>();
  private final ArrayDeque<LogEntry> entries = new ArrayDeque<>();
  private long entriesBytes;
  private long entriesBytesSinceCheck;

  /** Who was told needs it until the event that told it has been dealt with. */
  private boolean told;

  /**
   * @param bytesMax of the log, and of what the machine remembers; 0 keeps nothing at all
   */
  Evidence(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** The state was checked here: the guest's log goes on at {@code nextLsn}. */
  void checked(Guest guest, long nextLsn, StateHash hash) {
    if (bytesMax == 0) {
      return;
    }
    long state = guest.machine.history().remember();
    checks.addLast(
        new Divergence.Check(
            nextLsn, guest.machine.position(), hash, guest.stateForReplay(), state));
    entriesBytesSinceCheck = 0;
  }

  /** The check before {@code nextLsn} was equal: what came earlier is needed no longer. */
  void equal(Guest guest, long nextLsn) {
    forgetBeforeLast(guest, check -> check.nextLsn() <= nextLsn);
  }

  /** The backup has executed to {@code position}: checks before that were equal. */
  void executed(Guest guest, long position) {
    forgetBeforeLast(guest, check -> check.position() < position);
  }

  /** Forgets everything before the last check that is equal. */
  private void forgetBeforeLast(Guest guest, Predicate<Divergence.Check> equal) {
    int before = checks.size();
    while (checks.size() > 1 && equal.test(second())) {
      checks.removeFirst();
    }
    if (checks.size() < before) {
      forgetBeforeFirst(guest);
    }
  }

  private Divergence.Check second() {
    var each = checks.iterator();
    each.next();
    return each.next();
  }

  private void forgetBeforeFirst(Guest guest) {
    Divergence.Check first = checks.getFirst();
    guest.machine.history().forgetBefore(first.state());
    while (!entries.isEmpty() && entries.getFirst().lsn() < first.nextLsn()) {
      entriesBytes -= entries.removeFirst().sizeBytes();
    }
  }

  /** The entry is part of the log. */
  void append(Guest guest, LogEntry entry) {
    if (checks.isEmpty()) {
      return;
    }
    entries.addLast(entry);
    entriesBytes += entry.sizeBytes();
    entriesBytesSinceCheck += entry.sizeBytes();
    if (entriesBytes > bytesMax) {
      forgetAll(guest);
    }
  }

  /** Whether so much has come together since the last check that another is due. */
  boolean isCheckDue(Guest guest) {
    return !checks.isEmpty()
        && (entriesBytesSinceCheck > bytesMax / 2
            || guest.machine.history().keptBytes() > bytesMax / 2);
  }

  /** There is no peer any more. */
  void end(Guest guest) {
    if (told) {
      told = false;
    } else {
      forgetAll(guest);
    }
  }

  private void forgetAll(Guest guest) {
    if (!checks.isEmpty()) {
      checks.clear();
      entries.clear();
      entriesBytes = 0;
      entriesBytesSinceCheck = 0;
      guest.machine.history().forgetAll();
    }
  }

  /** What there is about a difference that the entry {@code lsn} has shown. */
  Divergence about(
      Role by, long epoch, long lsn, long position, String what, Optional<StateHash> other) {
    told = true;
    Optional<Divergence.Check> lastEqual =
        checks.stream().filter(check -> check.nextLsn() <= lsn).reduce((_, later) -> later);
    Optional<Divergence.Check> own =
        checks.stream().filter(check -> check.nextLsn() == lsn + 1).findFirst();
    List<LogEntry> since =
        entries.stream()
            .filter(entry -> lastEqual.isPresent() && entry.lsn() >= lastEqual.get().nextLsn())
            .filter(entry -> own.isEmpty() || entry.lsn() <= lsn)
            .toList();
    return new Divergence(by, epoch, lsn, position, what, other, lastEqual, since, own);
  }
}
