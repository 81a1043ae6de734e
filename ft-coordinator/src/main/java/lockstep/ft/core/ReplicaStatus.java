package lockstep.ft.core;

import java.util.Optional;
import java.util.OptionalLong;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.transfer.TransferProgress;

/**
 * A replica as its operator sees it.
 *
 * @param epoch at which the replica has its role; 0 if it has none
 * @param nextLsn how many entries its log has
 * @param position of its machine
 * @param guestTimeNanos of its machine
 * @param peer the other replica, if a log channel is open
 * @param lsnAcked on a primary, up to which lsn the backup has acknowledged; otherwise 0
 * @param unackedBytes of entries not acknowledged
 * @param lagNanos by how much the backup's execution is behind
 * @param outputsMade how many outputs the machine has made
 * @param outputsReleased how many of them have left
 * @param openRequests disk and entropy requests that wait for their answer
 * @param keptWritesBytes writes kept because no completed flush covers them
 * @param transfer the state transfer to the peer, under way or the last one of this replica's time
 *     as live
 * @param paused whether the operator has paused the guest
 * @param paths which ways to the outside this replica has
 * @param peerPaths those of its backup, as far as that has told
 * @param silenceLimitNanos the peer is taken for dead when it is silent for so long, as things are
 * @param held why the guest may not run, if it may not
 * @param guestGeneration on a live replica, how often the guest was started from its disk, this
 *     time included; otherwise 0
 */
public record ReplicaStatus(
    Role role,
    long epoch,
    long nextLsn,
    long position,
    long guestTimeNanos,
    Optional<ReplicaId> peer,
    long lsnAcked,
    long unackedBytes,
    long lagNanos,
    long outputsMade,
    long outputsReleased,
    int openRequests,
    long keptWritesBytes,
    Optional<TransferProgress> transfer,
    boolean paused,
    LogChannelMessage.Paths paths,
    Optional<LogChannelMessage.Paths> peerPaths,
    OptionalLong silenceLimitNanos,
    Optional<String> held,
    long guestGeneration) {}
