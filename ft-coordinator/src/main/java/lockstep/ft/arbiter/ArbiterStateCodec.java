package lockstep.ft.arbiter;

import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of an {@link ArbiterState} as the arbiter stores it: a format version, then its fields. */
public final class ArbiterStateCodec implements MessageCodec<ArbiterState> {
  private static final int FORMAT_VERSION = 1;

  @Override
  public String protocol() {
    return "arbiter state";
  }

  @Override
  public int messageBytesMax() {
    return ArbiterWire.MESSAGE_BYTES_MAX;
  }

  @Override
  public void encode(ArbiterState state, WireWriter out) {
    out.int8(FORMAT_VERSION);
    ArbiterWire.record(state.record(), out);
    out.optional(
        state.lastGrant(),
        (grant, writer) -> {
          ArbiterWire.replica(grant.claimant(), writer);
          writer.int64(grant.nonce());
        });
  }

  @Override
  public ArbiterState decode(WireReader in) throws MalformedMessageException {
    int version = in.int8();
    if (version != FORMAT_VERSION) {
      throw new MalformedMessageException("arbiter state of format " + version);
    }
    return new ArbiterState(
        ArbiterWire.record(in),
        in.optional(reader -> new ArbiterState.Grant(ArbiterWire.replica(reader), reader.int64())));
  }
}
