package lockstep.ft.simulation;

import java.util.EnumMap;
import java.util.Map;

/** How often what is rare and worth testing has happened. */
final class Coverage {
  enum Event {
    CLAIM_ANSWER_LOST,
    SERVER_RESTART_AFTER_GRANT,
    SERVER_VANISHED,
    PROXY_DIED,
    CATCH_UP,
    OWN_FLUSH,
    LEASE_STALL,
    HELD_FOR_LAG,
    DISK_ERROR,
    DISK_ERROR_BEHIND_THE_WRITE,
    DISK_ANSWER_LOST,
    ISOLATED,
    ISOLATED_FROM_DECISIONS,
    DISK_GIVEN_UP,
    WENT_LIVE,
    WENT_ON_ALONE,
    STARTED_ANEW,
    TOLD_STARTED_ANEW,
    TRANSFER_BEGAN,
    TRANSFER_ENDED_EARLY,
    TRANSFER_CUT,
    CUT_HELD_UP,
    ENLISTED_AFTER_TRANSFER,
    CANDIDATE_LOST_AFTER_CUT,
    SPARE_REFUSED,
    LIVE_WHILE_PAUSED,
    RESET,
    HANDED_OVER,
    HANDED_OVER_FOR_A_PATH,
    ROLES_SWITCHED,
    TOOK_OVER_WITHOUT_THE_OTHER,
    HAND_OVER_GIVEN_UP,
    CLAIMED_AS_THE_OTHER_S_BACKUP,
    STATE_COMPARED
  }

  private final Map<Event, Long> counts = new EnumMap<>(Event.class);

  void count(Event event) {
    counts.merge(event, 1L, Long::sum);
  }

  void addAll(Coverage other) {
    other.counts.forEach((event, count) -> counts.merge(event, count, Long::sum));
  }

  long of(Event event) {
    return counts.getOrDefault(event, 0L);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Coverage coverage && counts.equals(coverage.counts);
  }

  @Override
  public int hashCode() {
    return counts.hashCode();
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
