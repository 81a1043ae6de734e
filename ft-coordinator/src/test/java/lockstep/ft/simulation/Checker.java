package lockstep.ft.simulation;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Effect;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.core.Role;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.StateHash;

/**
 * Looks after every event whether what must hold holds. Knows what no replica knows: the arbiter's
 * records, and what each replica has received.
 */
final class Checker {
  /** Something that must never be was. */
  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
      super(what);
    }
  }

  /** A state that only one machine history has: who writes the log, and how much of it is done. */
  private record Point(long epoch, long nextLsn, long position) {}

  private final Map<Long, ArbiterRecord> records = new HashMap<>();
  private final Map<Long, ReplicaId> releasedBy = new HashMap<>();
  private final Map<ReplicaId, Long> marksReceived = new HashMap<>();
  private final Map<Point, StateHash> hashes = new HashMap<>();
  private ArbiterRecord current = ArbiterRecord.vacant(Simulation.VM);
  private long comparisons;

  void recordChanged(ArbiterRecord record) {
    require(record.epoch() == current.epoch() + 1, "the epoch went from " + current.epoch());
    current = record;
    records.put(record.epoch(), record);
  }

  /** How many times two machines were compared. */
  long comparisons() {
    return comparisons;
  }

  long guestGeneration() {
    return current.guestGeneration();
  }

  /** A replica that has not sealed its log was given the mark of an output. */
  void markReceived(ReplicaId replica, long output) {
    marksReceived.merge(replica, output + 1, Math::max);
  }

  /** A replica lets something out. */
  void released(ReplicaId replica, ReplicaStatus after, Effect effect) {
    long epoch = after.epoch();
    ReplicaId first = releasedBy.computeIfAbsent(epoch, e -> replica);
    require(first.equals(replica), "two replicas release outputs at epoch " + epoch);
    ArbiterRecord record = records.get(epoch);
    require(
        record != null && isLive(record, replica),
        "released at epoch " + epoch + " by " + replica.brief() + ", who was not live then");
    switch (effect) {
      case Effect.SendFrame(long output, Bytes frame) -> {
        long ordinal = ByteBuffer.wrap(frame.array()).getLong(1);
        require(ordinal == output, "output " + output + " is the machine's " + ordinal);
      }
      default -> {}
    }
  }

  /** After each event of a live replica: what it counts as released must have been acknowledged. */
  void outputsReleased(ReplicaId replica, ReplicaStatus before, ReplicaStatus after) {
    if (after.outputsReleased() <= before.outputsReleased() || !after.role().isLive()) {
      return;
    }
    ArbiterRecord record = records.get(after.epoch());
    if (record == null || record.backup().isEmpty()) {
      return;
    }
    ReplicaId backup = record.backup().get().id();
    long received = marksReceived.getOrDefault(backup, 0L);
    require(
        after.outputsReleased() <= received,
        "output "
            + (after.outputsReleased() - 1)
            + " released, the backup has received marks up to "
            + received);
  }

  /** The disk executes a command that {@code replica} sent on an attach of {@code epoch}. */
  void diskExecutes(ReplicaId replica, long epoch) {
    require(
        epoch == current.epoch() && isLive(current, replica),
        "the disk heard "
            + replica.brief()
            + " of epoch "
            + epoch
            + " at epoch "
            + current.epoch());
  }

  /** The proxy accepts a frame of an epoch. */
  void proxyHears(long epoch) {
    require(releasedBy.containsKey(epoch), "a frame of epoch " + epoch + " from nowhere");
  }

  /** The client asked {@code asked}, and is told that request {@code id} made the counter value. */
  void clientSees(long asked, long id, long value) {
    require(id <= asked && value == id, "request " + id + " of " + asked + " made it " + value);
  }

  /** A replica is at the end of its log: same log, same state. */
  void machineAt(ReplicaStatus status, StateHash hash) {
    boolean writer = status.role() == Role.PRIMARY;
    boolean reader = status.role() == Role.BACKUP || status.role() == Role.SEALED;
    if (!writer && !reader) {
      return;
    }
    Point point = new Point(status.epoch(), status.nextLsn(), status.position());
    if (writer) {
      hashes.put(point, hash);
    } else {
      StateHash expected = hashes.get(point);
      if (expected != null) {
        comparisons++;
        require(expected.equals(hash), "state differs at " + point);
      }
    }
  }

  void noDivergence(Effect.DivergenceFound found) {
    require(false, "divergence at " + found.position() + ": " + found.what());
  }

  void noCorruption(long corruptions) {
    require(corruptions == 0, "the guest read something else than it had written");
  }

  private static boolean isLive(ArbiterRecord record, ReplicaId replica) {
    return record.live().map(member -> member.id().equals(replica)).orElse(false);
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new Violation(otherwise);
    }
  }

  Optional<ArbiterRecord> at(long epoch) {
    return Optional.ofNullable(records.get(epoch));
  }
}
