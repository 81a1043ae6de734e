package lockstep.ft.core;

import java.util.Optional;
import lockstep.ft.arbiter.ReplicaId;

/** The part of {@link ReplicaStatus} that only the stage knows. */
record StageStatus(
    Optional<ReplicaId> peer,
    long lsnAcked,
    long unackedBytes,
    long lagNanos,
    long outputsReleased) {
  static final StageStatus NONE = new StageStatus(Optional.empty(), 0, 0, 0, 0);
}
