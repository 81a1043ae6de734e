package lockstep.vmm.replica;

import java.util.Optional;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.core.Role;

/**
 * What {@code /status} tells of a VMM, as JSON.
 *
 * @param role as in {@link Role}
 * @param lagMillis by how much the backup's execution is behind
 * @param stepsTotal executed by this process
 * @param logBytesTotal sent on log channels by this process
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
    long outputsMade,
    long outputsReleased,
    int openRequests,
    long keptWritesBytes,
    String held,
    boolean arbiterUp,
    boolean proxyUp,
    long stepsTotal,
    long logBytesTotal,
    long pid) {

  private static final double NANOS_PER_MILLI = 1e6;

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
        status.outputsMade(),
        status.outputsReleased(),
        status.openRequests(),
        status.keptWritesBytes(),
        status.held().orElse(""),
        vmm.arbiterUp(),
        vmm.proxyUp(),
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
