package lockstep.ft.core;

import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.transfer.TransferProgress;

/** The part of {@link ReplicaStatus} that only the stage knows. */
record StageStatus(
    Optional<ReplicaId> peer,
    long lsnAcked,
    long unackedBytes,
    long lagNanos,
    long outputsReleased,
    Optional<TransferProgress> transfer,
    Optional<LogChannelMessage.Paths> peerPaths,
    OptionalLong silenceLimitNanos,
    long guestGeneration) {
  static final StageStatus NONE =
      new StageStatus(
          Optional.empty(),
          0,
          0,
          0,
          0,
          Optional.empty(),
          Optional.empty(),
          OptionalLong.empty(),
          0);
}
