package lockstep.vmm.replica;

import java.util.Optional;
import lockstep.ft.arbiter.ArbiterWire;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Divergence;
import lockstep.ft.core.Role;
import lockstep.ft.log.StateHashWire;
import lockstep.ft.machine.StateHash;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/**
 * What a replica knows about a divergence beside log and states.
 *
 * @param replica who keeps its side here
 * @param isPrimary whether that was the primary, or else the backup
 * @param epoch at which it happened
 * @param lsn of the entry that showed the difference
 * @param position of the backup at that entry, in steps
 * @param what the difference, for people
 * @param other hash of the other replica's state at that entry, if the entry was a check
 * @param ownPosition of this replica's state in the file
 * @param ownHash of that state
 * @param lastEqual the last check that was equal, if one is known
 */
record DivergenceFacts(
    ReplicaId replica,
    boolean isPrimary,
    long epoch,
    long lsn,
    long position,
    String what,
    Optional<StateHash> other,
    long ownPosition,
    StateHash ownHash,
    Optional<LastEqual> lastEqual) {

  /**
   * The last equal check.
   *
   * @param nextLsn where the log of the file begins
   * @param hash of both states
   */
  record LastEqual(long nextLsn, long position, StateHash hash) {}

  static DivergenceFacts of(ReplicaId self, Divergence found, long ownPosition, StateHash ownHash) {
    return new DivergenceFacts(
        self,
        found.by() == Role.PRIMARY,
        found.epoch(),
        found.lsn(),
        found.position(),
        found.what(),
        found.other(),
        ownPosition,
        ownHash,
        found
            .lastEqual()
            .map(check -> new LastEqual(check.nextLsn(), check.position(), check.hash())));
  }

  /** For people. */
  String role() {
    return isPrimary ? "primary" : "backup";
  }

  String otherRole() {
    return isPrimary ? "backup" : "primary";
  }

  /** Whether the own state is that at the entry, and not a later one. */
  boolean ownIsThere() {
    return ownPosition == position;
  }

  /** The bytes of it. */
  static final class Codec implements MessageCodec<DivergenceFacts> {
    private static final int BYTES_MAX = 1 << 17;

    @Override
    public String protocol() {
      return "divergence";
    }

    @Override
    public int messageBytesMax() {
      return BYTES_MAX;
    }

    @Override
    public void encode(DivergenceFacts facts, WireWriter out) {
      ArbiterWire.replica(facts.replica, out);
      out.flag(facts.isPrimary).int64(facts.epoch).int64(facts.lsn).int64(facts.position);
      out.string(facts.what);
      out.optional(facts.other, StateHashWire::write);
      out.int64(facts.ownPosition);
      StateHashWire.write(facts.ownHash, out);
      out.optional(
          facts.lastEqual,
          (equal, to) ->
              StateHashWire.write(equal.hash, to.int64(equal.nextLsn).int64(equal.position)));
    }

    @Override
    public DivergenceFacts decode(WireReader in) throws MalformedMessageException {
      return new DivergenceFacts(
          ArbiterWire.replica(in),
          in.flag(),
          in.count64("epoch"),
          in.count64("lsn"),
          in.count64("position"),
          in.string(),
          in.optional(StateHashWire::read),
          in.count64("own position"),
          StateHashWire.read(in),
          in.optional(
              from ->
                  new LastEqual(
                      from.count64("next lsn"),
                      from.count64("position"),
                      StateHashWire.read(from))));
    }
  }
}
