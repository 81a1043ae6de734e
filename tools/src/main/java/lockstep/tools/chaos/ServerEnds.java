package lockstep.tools.chaos;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lockstep.ft.core.HaltReason;
import lockstep.tools.cluster.ServerEnd;

/**
 * Why a storm's servers may end, told before they do; and which have ended otherwise.
 *
 * <p>There are four good reasons: a fault kills a process; a fault has the guest go on without a
 * VMM, which then has to halt and say that it has lost; the same, because a busy host has made a
 * replica late ({@link FalseAlarms}); the guest is shut down. And a VMM that starts while a fault
 * keeps the disk server away gives up, and is started again. Whatever else ends a process is none:
 * a bug of its own, a state that differs, want of memory, another's signal, and also a loss that
 * nothing explains.
 *
 * <p>Thread-safe. Reasons are of a process, not of a server's name: who is started again has none.
 */
final class ServerEnds {
  static final String BEFORE_THE_FIRST = "before the first fault";

  /** A VMM that must end so has lost the guest to the other one. */
  static final Set<HaltReason> PRIMARY_LOSES = Set.of(HaltReason.LOST, HaltReason.FENCED);

  static final Set<HaltReason> BACKUP_LOSES = Set.of(HaltReason.LOST, HaltReason.DISMISSED);

  /** Of a candidate, by the death of who sent it its state. */
  static final Set<HaltReason> CANDIDATE_LOSES = Set.of(HaltReason.TRANSFER_LOST);

  /** Any of a pair that falls apart because a replica is late. */
  private static final Set<HaltReason> LATE_LOSES =
      Set.of(HaltReason.LOST, HaltReason.FENCED, HaltReason.DISMISSED, HaltReason.TRANSFER_LOST);

  private static final String LATE = "a replica that was late";

  /** One process of one server. */
  private record Incarnation(String server, long pid) {
    private static Incarnation of(ServerEnd end) {
      return new Incarnation(end.server(), end.pid());
    }
  }

  /** How a VMM may end, and because of what. */
  private record Excuse(Set<HaltReason> reasons, String because) {}

  private record Fault(int number, StormFault kind, Instant began) {
    private String text() {
      return "in fault %d, %s, or after it".formatted(number, kind);
    }
  }

  private final Set<Incarnation> killed = new HashSet<>();
  private final Set<Incarnation> shutDown = new HashSet<>();
  private final Map<Incarnation, Excuse> excused = new HashMap<>();
  private final List<Fault> faults = new ArrayList<>();

  /**
   * An end that no fault has planned.
   *
   * @param because what explains it, or, if nothing does, which fault was the last to begin by then
   */
  record Unplanned(ServerEnd end, EndKind kind, String because, boolean explained) {
    String text() {
      return "%s (pid %d) ended: %s; %s; its log: %s"
          .formatted(end.server(), end.pid(), kind, because, end.lastWords());
    }
  }

  /**
   * How all ends were.
   *
   * @param planned how many were killed by faults, or ended with their guest as it was shut down
   */
  record Judged(int planned, List<Unplanned> unplanned) {
    static final Judged NONE = new Judged(0, List.of());

    Judged {
      unplanned = List.copyOf(unplanned);
    }

    List<Unplanned> unexplained() {
      return unplanned.stream().filter(one -> !one.explained).toList();
    }
  }

  /** A fault begins. */
  synchronized void begins(int number, StormFault kind, Instant now) {
    faults.add(new Fault(number, kind, now));
  }

  /** A process is about to be sent SIGKILL. */
  synchronized void kills(String server, long pid) {
    killed.add(new Incarnation(server, pid));
  }

  /** By the fault that has begun, the guest may go on without a VMM, which then ends so. */
  synchronized void mayLose(String server, long pid, Set<HaltReason> reasons) {
    excused.put(
        new Incarnation(server, pid), new Excuse(reasons, faults.getLast().kind.toString()));
  }

  /** The guest is protected again, by these VMMs: it has not gone on without them. */
  synchronized void keeps(String server, long pid) {
    excused.remove(new Incarnation(server, pid));
  }

  /** The guest is shut down, and a VMM ends with it. */
  synchronized void shutsDown(String server, long pid) {
    shutDown.add(new Incarnation(server, pid));
  }

  /** Whether it can be that a pair has fallen apart because a replica was late, and that is all. */
  synchronized boolean mayBeFalseAlarm(ServerEnd end) {
    return !excused.containsKey(Incarnation.of(end))
        && EndKind.of(end).reason().filter(LATE_LOSES::contains).isPresent();
  }

  /** It was so. */
  synchronized void wasFalseAlarm(ServerEnd end) {
    excused.put(Incarnation.of(end), new Excuse(LATE_LOSES, LATE));
  }

  /** The last fault that had begun by a time. */
  private Optional<Fault> lastFault(Instant by) {
    return faults.reversed().stream().filter(fault -> !fault.began.isAfter(by)).findFirst();
  }

  /** Which of these ends were to be expected. */
  synchronized Judged judge(List<ServerEnd> ends) {
    int planned = 0;
    List<Unplanned> unplanned = new ArrayList<>();
    Set<Incarnation> seen = new HashSet<>();
    for (ServerEnd end : ends) {
      boolean first = seen.add(Incarnation.of(end)); // a pid is given away again
      if (first && isPlanned(end)) {
        planned++;
      } else {
        Optional<String> why = first ? explanation(end) : Optional.empty();
        unplanned.add(
            new Unplanned(
                end,
                EndKind.of(end),
                why.orElseGet(() -> lastFault(end.at()).map(Fault::text).orElse(BEFORE_THE_FIRST)),
                why.isPresent()));
      }
    }
    return new Judged(planned, unplanned);
  }

  private boolean isPlanned(ServerEnd end) {
    EndKind kind = EndKind.of(end);
    return (kind.isKill() && killed.contains(Incarnation.of(end)))
        || (kind.reason().equals(Optional.of(HaltReason.GUEST_OFF))
            && shutDown.contains(Incarnation.of(end)));
  }

  /** What explains an end that was not planned, if anything does. */
  private Optional<String> explanation(ServerEnd end) {
    EndKind kind = EndKind.of(end);
    if (kind.isWantOfDiskServer()) {
      return lastFault(end.at())
          .filter(fault -> fault.kind.takesDiskServerAway())
          .map(fault -> fault.kind.toString());
    }
    return Optional.ofNullable(excused.get(Incarnation.of(end)))
        .filter(excuse -> kind.reason().filter(excuse.reasons::contains).isPresent())
        .map(Excuse::because);
  }
}
