package lockstep.tools.chaos;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import lockstep.tools.cluster.ReplicaView;

/**
 * Notices two VMMs that are live at once, from looks at all of them.
 *
 * <p>Every grant raises the epoch: no two are live at the same one. Who is live at an older one
 * than another was granted is told so by the arbiter, and halts; unless it is stopped, or cut off
 * from the arbiter, it has little time for that, and who takes longer is one of two.
 */
final class TwoLive {
  private static final Duration HALTS_WITHIN = Duration.ofSeconds(2);

  /** A replica that was live at an epoch that is over, in every look since the first one's end. */
  private record Stale(String replica, long sinceNanos) {}

  private final Map<String, Stale> stale = new HashMap<>();
  private long epochHighest;
  private String highest = "nobody";
  private Optional<String> found = Optional.empty();

  /**
   * Looks at them all.
   *
   * @param replicas asked one after the other between {@code beganNanos} and {@code endedNanos}
   * @param cutOff whether the arbiter cannot tell a VMM anything
   */
  void look(
      List<ReplicaView> replicas, Predicate<ReplicaView> cutOff, long beganNanos, long endedNanos) {
    List<ReplicaView> live = replicas.stream().filter(ReplicaView::isLive).toList();
    live.forEach(this::noteEpoch);
    for (ReplicaView view : replicas) {
      String process = view.process().name();
      if (view.isLive() && view.number("epoch") < epochHighest && !cutOff.test(view)) {
        Stale before = stale.get(process);
        if (before == null || !before.replica.equals(view.text("replica"))) {
          stale.put(process, new Stale(view.text("replica"), endedNanos));
        } else if (beganNanos - before.sinceNanos > HALTS_WITHIN.toNanos()) {
          found(process + " is still live at epoch " + view.number("epoch"));
        }
      } else {
        stale.remove(process); // a stopped one does not answer
      }
    }
  }

  private void noteEpoch(ReplicaView view) {
    String process = view.process().name() + " (" + view.text("replica") + ")";
    if (view.number("epoch") > epochHighest) {
      epochHighest = view.number("epoch");
      highest = process;
    } else if (view.number("epoch") == epochHighest && !process.equals(highest)) {
      found(process + " is live at epoch " + epochHighest);
    }
  }

  private void found(String one) {
    if (found.isEmpty()) {
      found = Optional.of("two live: " + one + ", " + highest + " at epoch " + epochHighest);
    }
  }

  /** What was seen, if they were ever two. */
  Optional<String> found() {
    return found;
  }
}
