package lockstep.ft.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.Member;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Effect;
import lockstep.ft.core.ReplicaStatus;
import lockstep.ft.core.Role;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
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

  /** A guest may run for a slice more: the primary learns of the lag by its clock. */
  private static final long LAG_SLACK_NANOS = 5 * World.MILLI;

  /** How far a machine is behind another: the ages of the positions it has not reached. */
  private static final class LagBound {
    private record Sample(long position, long at) {}

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();

    void reached(long position, long now) {
      samples.addLast(new Sample(position, now));
    }

    void executed(long position) {
      while (!samples.isEmpty() && samples.getFirst().position <= position) {
        samples.removeFirst();
      }
    }

    long lagNanos(long now) {
      return samples.isEmpty() ? 0 : now - samples.getFirst().at;
    }
  }

  /** A state that only one machine history has: who writes the log, and how much of it is done. */
  private record Point(long epoch, long nextLsn, long position) {}

  /**
   * Since a replica alone has made the cut of a state transfer, nobody can say from outside whether
   * it has a backup: not before it knows itself.
   *
   * @param outputsReleased before, when nobody but this replica had to have them
   */
  private record Cut(ReplicaId candidate, long outputsReleased) {}

  private final Map<Long, ArbiterRecord> records = new HashMap<>();
  private final Map<Long, ReplicaId> releasedBy = new HashMap<>();
  private final Map<ReplicaId, Long> marksAtStart = new HashMap<>();
  private final Map<Run, Long> marksReceived = new HashMap<>();
  private final Map<ReplicaId, Cut> cuts = new HashMap<>();
  private final Map<Point, StateHash> hashes = new HashMap<>();
  private final Map<Long, Set<Bytes>> framesReleased = new HashMap<>();
  private final Map<Long, ByteArrayOutputStream> consoles = new HashMap<>();
  private final Map<Long, Long> consoleBegins = new HashMap<>();
  private final Map<LogChannelMessage.TransferCut, Long> outputsAtCut = new HashMap<>();
  private final Map<Run, Long> executed = new HashMap<>();
  private final Map<Pair, LagBound> lags = new HashMap<>();
  private long proxyToldEpoch;
  private ArbiterRecord current = ArbiterRecord.vacant(Simulation.VM);
  private final Coverage coverage;
  private final boolean looksAway;
  private long comparisons;
  private boolean divergenceExpected;

  /**
   * @param looksAway whether to let everything pass, so that the clients alone can notice
   */
  Checker(Coverage coverage, boolean looksAway) {
    this.coverage = coverage;
    this.looksAway = looksAway;
  }

  /** Machines are made to differ on purpose. */
  void expectDivergence() {
    divergenceExpected = true;
  }

  void recordChanged(ArbiterRecord record) {
    must(record.epoch() == current.epoch() + 1, "the epoch went from " + current.epoch());
    current = record;
    records.put(record.epoch(), record);
  }

  /** An arbiter that has gone mad grants this. */
  void grantedAsWell(ArbiterRecord record) {
    records.putIfAbsent(record.epoch(), record);
  }

  /** How many times two machines were compared. */
  long comparisons() {
    return comparisons;
  }

  long guestGeneration() {
    return current.guestGeneration();
  }

  /** A replica starts with a saved state that contains so many outputs. */
  void startsWith(ReplicaId replica, long outputsMade) {
    marksAtStart.put(replica, outputsMade);
  }

  /** A replica that has not sealed its log was given the mark of an output. */
  void markReceived(ReplicaId replica, long output) {
    marksReceived.merge(runOf(replica), output + 1, Math::max);
  }

  /** Up to which output a replica has received everything. */
  private long marksOf(ReplicaId replica) {
    return Math.max(
        marksAtStart.getOrDefault(replica, 0L), marksReceived.getOrDefault(runOf(replica), 0L));
  }

  /** The state at a cut contains so many outputs, made or marked. */
  void cutMade(
      ReplicaId replica,
      Optional<ReplicaId> candidate,
      LogChannelMessage.TransferCut cut,
      long outputsMade) {
    outputsAtCut.put(cut, outputsMade);
    cuts.put(replica, new Cut(candidate.orElseThrow(), cut.outputsReleased()));
  }

  /** The candidate of the last cut was enlisted, or can't have been any more. */
  void cutIsSettled(ReplicaId replica) {
    cuts.remove(replica);
  }

  void cutReceived(ReplicaId replica, LogChannelMessage.TransferCut cut) {
    long outputs = outputsAtCut.getOrDefault(cut, 0L);
    if (outputs > 0) {
      markReceived(replica, outputs - 1);
    }
  }

  /** A replica lets something out. */
  void released(ReplicaId replica, ReplicaStatus after, Effect effect) {
    long epoch = after.epoch();
    ReplicaId first = releasedBy.computeIfAbsent(epoch, e -> replica);
    must(first.equals(replica), "two replicas release outputs at epoch " + epoch);
    ArbiterRecord record = at(epoch).orElse(ArbiterRecord.vacant(Simulation.VM));
    must(
        isLive(record, replica),
        "released at epoch " + epoch + " by " + replica.brief() + ", who was not live then");
    must(
        record.guestGeneration() == current.guestGeneration(),
        effect.getClass().getSimpleName()
            + " released by a guest of generation "
            + record.guestGeneration()
            + ", which was started anew since");
    switch (effect) {
      case Effect.SendFrame(long output, Bytes frame) -> {
        long ordinal = ByteBuffer.wrap(frame.array()).getLong(1);
        must(ordinal == output, "output " + output + " is the machine's " + ordinal);
        mayLeave(replica, record, output);
        framesReleased.computeIfAbsent(epoch, e -> new HashSet<>()).add(frame);
      }
      case Effect.WriteConsole(long output, long offset, Bytes data) -> {
        mayLeave(replica, record, output);
        consoleShows(record.guestGeneration(), offset, data.array());
      }
      case Effect.DrawEntropy(long output, long _, int _) -> mayLeave(replica, record, output);
      case Effect.SubmitDisk submit -> diskIsAsked(replica, record, submit);
      default -> {}
    }
  }

  /** A write says which output it is, also one that is sent again with the kept ones. */
  private void diskIsAsked(ReplicaId replica, ArbiterRecord record, Effect.SubmitDisk submit) {
    submit.output().ifPresent(output -> mayLeave(replica, record, output));
    if (submit.operation() == DiskOperation.WRITE) {
      long ordinal = ByteBuffer.wrap(submit.data().array()).getLong(Long.BYTES);
      long output = submit.output().orElse(ordinal);
      must(ordinal == output, "output " + output + " is the machine's " + ordinal);
      mayLeave(replica, record, ordinal);
    }
  }

  /**
   * The Output Rule, for one output: whoever is backup, or may be it already, must have received
   * its mark. Looks at nothing that the replica says of itself.
   */
  private void mayLeave(ReplicaId replica, ArbiterRecord record, long output) {
    if (record.backup().isPresent()) {
      long received = marksOf(record.backup().get().id());
      must(
          output < received,
          "output " + output + " left, the backup has received marks up to " + received);
    }
    Cut cut = cuts.get(replica);
    if (cut != null) {
      long received = Math.max(cut.outputsReleased, marksOf(cut.candidate));
      must(
          output < received,
          "since the cut output "
              + output
              + " left, the candidate has received marks up to "
              + received);
    }
  }

  /** A console misses nothing; what comes again is the same. A new guest's begins anywhere. */
  private void consoleShows(long generation, long offset, byte[] data) {
    long begin = consoleBegins.computeIfAbsent(generation, g -> offset);
    ByteArrayOutputStream stream =
        consoles.computeIfAbsent(generation, g -> new ByteArrayOutputStream());
    int at = (int) (offset - begin);
    must(at >= 0 && at <= stream.size(), "the console misses what comes before " + offset);
    byte[] shown = stream.toByteArray();
    for (int i = 0; i < data.length; i++) {
      if (at + i < shown.length) {
        must(shown[at + i] == data[i], "the console shows something else at " + (offset + i));
      } else {
        stream.write(data[i]);
      }
    }
  }

  /** Positions begin anew with each generation of the guest. */
  private record Run(ReplicaId replica, long guestGeneration) {}

  /** What a primary has run, and its backup has not, is lost when that goes live. */
  private record Pair(ReplicaId primary, Run backup) {}

  private Run runOf(ReplicaId replica) {
    return new Run(replica, current.guestGeneration());
  }

  /** A replica's machine has executed so far; what it does as live counts once it is a backup. */
  void executed(ReplicaId replica, long position) {
    executed.merge(runOf(replica), position, Math::max);
  }

  /**
   * The primary's guest has run, from {@code position} on. Its backup must have been there before
   * the bound on lag was over; what it had to say on its way took a while too. What a replica runs
   * that does not know yet that another is live concerns nobody.
   */
  void guestRan(ReplicaId primary, Optional<ReplicaId> backup, long position, long now) {
    if (backup.isEmpty() || !current.live().map(Member::id).equals(Optional.of(primary))) {
      return;
    }
    Run run = runOf(backup.get());
    Pair pair = new Pair(primary, run);
    LagBound lag = lags.computeIfAbsent(pair, _ -> new LagBound());
    lag.executed(executed.getOrDefault(run, 0L));
    lag.reached(position, now);
    long behind = lag.lagNanos(now);
    must(
        behind <= Simulation.LIMITS.lagNanosMax() + LAG_SLACK_NANOS,
        "the guest runs while the backup lags behind by " + behind / 1e6 + " ms");
  }

  /** After each event: who says that it is live, was live at the epoch that it names. */
  void says(ReplicaId replica, ReplicaStatus after) {
    if (after.role().isLive() && at(after.epoch()).filter(r -> isLive(r, replica)).isEmpty()) {
      must(false, replica.brief() + " says " + after.role() + " at epoch " + after.epoch());
    }
  }

  /**
   * After each event of a live replica: what it counts as released must have been acknowledged, for
   * the backup forgets that.
   */
  void outputsReleased(ReplicaId replica, ReplicaStatus before, ReplicaStatus after) {
    if (after.outputsReleased() <= before.outputsReleased() || !after.role().isLive()) {
      return;
    }
    ArbiterRecord record = records.get(after.epoch());
    if (record == null || record.backup().isEmpty()) {
      return;
    }
    ReplicaId backup = record.backup().get().id();
    long received = marksOf(backup);
    must(
        after.outputsReleased() <= received,
        "output "
            + (after.outputsReleased() - 1)
            + " released, the backup has received marks up to "
            + received);
  }

  /** The disk executes a command that {@code replica} sent on an attach of {@code epoch}. */
  void diskExecutes(ReplicaId replica, long epoch) {
    must(
        epoch == current.epoch() && isLive(current, replica),
        "the disk heard "
            + replica.brief()
            + " of epoch "
            + epoch
            + " at epoch "
            + current.epoch());
  }

  /** The proxy's process is gone, and with it what it knew. */
  void proxyForgets() {
    proxyToldEpoch = 0;
  }

  /** The proxy hears of an epoch, from the arbiter or a replica. */
  void proxyIsTold(long epoch) {
    proxyToldEpoch = Math.max(proxyToldEpoch, epoch);
  }

  /** The proxy accepts a frame of an epoch. */
  void proxyHears(long epoch, Bytes frame) {
    must(epoch >= proxyToldEpoch, "the proxy heard epoch " + epoch + " at " + proxyToldEpoch);
    must(
        framesReleased.getOrDefault(epoch, Set.of()).contains(frame),
        "a frame of epoch " + epoch + " from nowhere");
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
        coverage.count(Coverage.Event.STATE_COMPARED);
        must(divergenceExpected || expected.equals(hash), "state differs at " + point);
      }
    }
  }

  void noDivergence(Effect.DivergenceFound found) {
    must(
        false, "divergence at " + found.divergence().position() + ": " + found.divergence().what());
  }

  void noCorruption(long corruptions) {
    must(corruptions == 0, "the guest read something else than it had written");
  }

  private static boolean isLive(ArbiterRecord record, ReplicaId replica) {
    return record.live().map(member -> member.id().equals(replica)).orElse(false);
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new Violation(otherwise);
    }
  }

  private void must(boolean hold, String otherwise) {
    if (!looksAway) {
      require(hold, otherwise);
    }
  }

  Optional<ArbiterRecord> at(long epoch) {
    return Optional.ofNullable(records.get(epoch));
  }
}
