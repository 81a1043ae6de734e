package lockstep.ft.arbiter;

import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of what several messages contain: replicas, members, the arbiter's record. */
public final class ArbiterWire {
  /** Far above any message: a few names and endpoints. */
  static final int MESSAGE_BYTES_MAX = 64 << 10;

  private ArbiterWire() {}

  public static void replica(ReplicaId id, WireWriter out) {
    out.int64(id.high());
    out.int64(id.low());
  }

  public static ReplicaId replica(WireReader in) throws MalformedMessageException {
    return new ReplicaId(in.int64(), in.int64());
  }

  public static void member(Member member, WireWriter out) {
    replica(member.id(), out);
    out.string(member.logEndpoint());
    out.string(member.httpEndpoint());
  }

  public static Member member(WireReader in) throws MalformedMessageException {
    return new Member(replica(in), in.string(), in.string());
  }

  static void record(ArbiterRecord record, WireWriter out) {
    out.string(record.vm());
    out.int64(record.epoch());
    out.optional(record.live(), ArbiterWire::member);
    out.optional(record.backup(), ArbiterWire::member);
    out.int64(record.guestGeneration());
  }

  static ArbiterRecord record(WireReader in) throws MalformedMessageException {
    return new ArbiterRecord(
        in.string(),
        in.count64("epoch"),
        in.optional(ArbiterWire::member),
        in.optional(ArbiterWire::member),
        in.count64("guest generation"));
  }
}
