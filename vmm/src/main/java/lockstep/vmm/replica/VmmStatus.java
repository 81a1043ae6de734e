package lockstep.vmm.replica;

import java.util.Optional;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.core.Role;
import lockstep.ft.log.LogChannelMessage.Paths;
import lockstep.ft.transfer.TransferProgress;

/**
 * What {@code /status} tells of a VMM, as JSON.
 *
 * @param role as in {@link Role}
 * @param lagMillis by how much the backup's execution is behind
 * @param silenceLimitMillis the peer is taken for dead when it is silent for so long; 0 if this
 *     replica is not of a pair
 * @param stepsTotal executed by this process
 * @param logBytesTotal sent on log channels by this process
 * @param paths this replica's ways to the outside
 * @param backupPaths those that its backup has told of; none if it has no backup
 * @param transfer the state transfer under way, or the last one, as its source knows; round 0 if
 *     there was none
 * @param paused whether the operator has paused the guest
 * @param handOverMillis how long the guest stood still when this replica last handed over, or 0
 * @param guestGeneration on a live replica, how often the guest was started from its disk, this
 *     time included; otherwise 0
 * @param held why the guest may not run; empty if it may
 * @param pid of this process
 */
public record VmmStatus(
    String vm,
    String replica,
    String role,
    boolean live,
    long epoch,
    long position,
    long guestTimeNanos,
    long nextLsn,
    String peer,
    long lsnAcked,
    long unackedBytes,
    double lagMillis,
    double silenceLimitMillis,
    long outputsMade,
    long outputsReleased,
    int openRequests,
    long keptWritesBytes,
    String held,
    boolean arbiterUp,
    boolean proxyUp,
    Paths paths,
    Paths backupPaths,
    Transfer transfer,
    boolean paused,
    double handOverMillis,
    long guestGeneration,
    long stepsTotal,
    long logBytesTotal,
    long pid) {

  private static final double NANOS_PER_MILLI = 1e6;

  /**
   * How far a state transfer is.
   *
   * @param round counts from 1
   * @param heldUp whether the cut waits until less is open or not flushed
   * @param cut whether the guest has been stopped for the rest, and goes on
   * @param pauseMillis for how long; 0 before
   */
  public record Transfer(
      int round,
      long bytesSent,
      long pagesSent,
      int pagesLeft,
      boolean heldUp,
      boolean cut,
      double pauseMillis) {
    private static final Transfer NONE = new Transfer(0, 0, 0, 0, false, false, 0);

    static Transfer of(TransferProgress progress) {
      return new Transfer(
          progress.round(),
          progress.bytesSent(),
          progress.pagesSent(),
          progress.pagesLeft(),
          progress.heldUp(),
          progress.isCut(),
          progress.pauseNanos() / NANOS_PER_MILLI);
    }
  }

  static VmmStatus of(Vmm vmm) {
    ReplicaStatus status = vmm.replicaStatus();
    return new VmmStatus(
        vmm.options().vm(),
        vmm.self().id().toString(),
        status.role().name(),
        status.role().isLive(),
        status.epoch(),
        status.position(),
        status.guestTimeNanos(),
        status.nextLsn(),
        status.peer().map(Object::toString).orElse(""),
        status.lsnAcked(),
        status.unackedBytes(),
        status.lagNanos() / NANOS_PER_MILLI,
        status.silenceLimitNanos().orElse(0) / NANOS_PER_MILLI,
        status.outputsMade(),
        status.outputsReleased(),
        status.openRequests(),
        status.keptWritesBytes(),
        status.held().orElse(""),
        vmm.arbiterUp(),
        vmm.proxyUp(),
        status.paths(),
        status.peerPaths().orElse(Paths.NONE),
        status.transfer().map(Transfer::of).orElse(Transfer.NONE),
        status.paused(),
        vmm.metrics().lastHandOverNanos() / NANOS_PER_MILLI,
        status.guestGeneration(),
        vmm.metrics().stepsTotal(),
        vmm.metrics().logBytesTotal(),
        ProcessHandle.current().pid());
  }

  /** What is wrong with a VMM, or empty: a halted replica, or one that a link is missing to. */
  static Optional<String> unhealthy(Vmm vmm) {
    if (vmm.replicaStatus().role() == Role.HALTED) {
      return Optional.of("halted");
    }
    if (!vmm.arbiterUp()) {
      return Optional.of("no connection to the arbiter");
    }
    return vmm.proxyUp() ? Optional.empty() : Optional.of("no link to the client proxy");
  }
}
