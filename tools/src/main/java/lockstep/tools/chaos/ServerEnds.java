package lockstep.tools.chaos;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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
 * Nor is a number of a process always the same one's: in a long storm it is given away again.
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

  /**
   * Why a process may end.
   *
   * @param covers the ends that it explains
   * @param because what lets it end so; empty if it is planned to
   * @param since when this was told, or just before: it holds for who ran then
   */
  private record Reason(Predicate<EndKind> covers, Optional<String> because, Instant since) {
    private boolean isPlan() {
      return because.isEmpty();
    }

    private boolean explains(ServerEnd end, Instant endOfTheOneBefore) {
      return covers.test(EndKind.of(end))
          && since.isAfter(endOfTheOneBefore)
          && !since.isAfter(end.at());
    }
  }

  private record Fault(int number, StormFault kind, Instant began) {
    private String text() {
      return "in fault %d, %s, or after it".formatted(number, kind);
    }
  }

  private final Map<Incarnation, List<Reason>> reasons = new HashMap<>();
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
    tell(server, pid, new Reason(EndKind::isKill, Optional.empty(), lastFaultBegan()));
  }

  /** By the fault that has begun, the guest may go on without a VMM, which then ends so. */
  synchronized void mayLose(String server, long pid, Set<HaltReason> reasons) {
    Optional<String> because = Optional.of(faults.getLast().kind.toString());
    tell(server, pid, new Reason(haltedBy(reasons), because, lastFaultBegan()));
  }

  /** The guest is protected again, by these VMMs: it has not gone on without them. */
  synchronized void keeps(String server, long pid) {
    List<Reason> told = reasons.get(new Incarnation(server, pid));
    if (told != null) {
      told.removeIf(reason -> !reason.isPlan() && reason.since.equals(lastFaultBegan()));
    }
  }

  /** The guest is shut down, and a VMM ends with it. */
  synchronized void shutsDown(String server, long pid) {
    Predicate<EndKind> off = haltedBy(Set.of(HaltReason.GUEST_OFF));
    tell(server, pid, new Reason(off, Optional.empty(), lastFaultBegan()));
  }

  /** Whether it can be that a pair has fallen apart because a replica was late, and that is all. */
  synchronized boolean mayBeFalseAlarm(ServerEnd end) {
    Instant began = lastFault(end.at()).map(Fault::began).orElse(Instant.MIN);
    boolean isExpected =
        reasons.getOrDefault(Incarnation.of(end), List.of()).stream()
            .anyMatch(reason -> !reason.isPlan() && !reason.since.isBefore(began));
    return !isExpected && haltedBy(LATE_LOSES).test(EndKind.of(end));
  }

  /** It was so. */
  synchronized void wasFalseAlarm(ServerEnd end) {
    tell(end.server(), end.pid(), new Reason(haltedBy(LATE_LOSES), Optional.of(LATE), end.at()));
  }

  private void tell(String server, long pid, Reason reason) {
    reasons.computeIfAbsent(new Incarnation(server, pid), _ -> new ArrayList<>()).add(reason);
  }

  private static Predicate<EndKind> haltedBy(Set<HaltReason> any) {
    return kind -> kind.reason().filter(any::contains).isPresent();
  }

  private Instant lastFaultBegan() {
    return faults.isEmpty() ? Instant.EPOCH : faults.getLast().began;
  }

  /** The last fault that had begun by a time. */
  private Optional<Fault> lastFault(Instant by) {
    return faults.reversed().stream().filter(fault -> !fault.began.isAfter(by)).findFirst();
  }

  /**
   * Which of these ends were to be expected.
   *
   * @param ends in the order in which they were seen
   */
  synchronized Judged judge(List<ServerEnd> ends) {
    int planned = 0;
    List<Unplanned> unplanned = new ArrayList<>();
    Map<Incarnation, Instant> before = new HashMap<>();
    for (ServerEnd end : ends) {
      Instant ofTheOneBefore = before.getOrDefault(Incarnation.of(end), Instant.MIN);
      before.put(Incarnation.of(end), end.at());
      Optional<Reason> reason = reason(end, ofTheOneBefore);
      if (reason.filter(Reason::isPlan).isPresent()) {
        planned++;
      } else {
        Optional<String> why =
            EndKind.of(end).isWantOfDiskServer()
                ? faultThatTookTheDiskServer(end)
                : reason.flatMap(Reason::because);
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

  /** What explains an end, if anything that was told does. */
  private Optional<Reason> reason(ServerEnd end, Instant endOfTheOneBefore) {
    return reasons.getOrDefault(Incarnation.of(end), List.of()).stream()
        .filter(reason -> reason.explains(end, endOfTheOneBefore))
        .findFirst();
  }

  private Optional<String> faultThatTookTheDiskServer(ServerEnd end) {
    return lastFault(end.at())
        .filter(fault -> fault.kind.takesDiskServerAway())
        .map(fault -> fault.kind.toString());
  }
}
