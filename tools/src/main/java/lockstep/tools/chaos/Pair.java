package lockstep.tools.chaos;

import java.util.List;
import java.util.Optional;
import lockstep.tools.cluster.ReplicaView;

/** A primary and the backup that it has: a stale primary has none, nor has a stale backup one. */
record Pair(ReplicaView primary, ReplicaView backup) {

  /** The pair among all VMMs, if there is one. */
  static Optional<Pair> among(List<ReplicaView> replicas) {
    return replicas.stream()
        .filter(view -> view.hasRole("PRIMARY"))
        .flatMap(
            primary ->
                replicas.stream()
                    .filter(view -> isBackupOf(primary, view))
                    .map(backup -> new Pair(primary, backup)))
        .findFirst();
  }

  /** Whether {@code view} is of one of the two processes. */
  boolean has(ReplicaView view) {
    String name = view.process().name();
    return name.equals(primary.process().name()) || name.equals(backup.process().name());
  }

  /** How often the guest was started from its disk, this time included. */
  long generation() {
    return primary.number("guestGeneration");
  }

  /** A record of the arbiter has an epoch of its own: who are at one epoch are named by one. */
  private static boolean isBackupOf(ReplicaView primary, ReplicaView view) {
    return view.hasRole("BACKUP")
        && view.text("replica").equals(primary.text("peer"))
        && view.number("epoch") == primary.number("epoch");
  }
}
