package lockstep.ft.arbiter;

import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of an {@link ArbiterReply}: a kind, then its fields in order. */
public final class ArbiterReplyCodec implements MessageCodec<ArbiterReply> {
  private static final int CURRENT = 1;
  private static final int GRANTED = 2;
  private static final int REFUSED = 3;
  private static final int RENEWED = 4;
  private static final int NOT_RENEWED = 5;
  private static final int HELLO = 6;
  private static final int HELLO_REFUSED = 7;

  @Override
  public String protocol() {
    return "arbiter";
  }

  @Override
  public int messageBytesMax() {
    return ArbiterWire.MESSAGE_BYTES_MAX;
  }

  @Override
  public void encode(ArbiterReply reply, WireWriter out) {
    switch (reply) {
      case ArbiterReply.Hello hello -> out.int8(HELLO).int32(hello.protocolVersion());
      case ArbiterReply.HelloRefused refused ->
          out.int8(HELLO_REFUSED).int32(refused.protocolVersion()).string(refused.reason());
      case ArbiterReply.Current current -> {
        out.int8(CURRENT);
        ArbiterWire.record(current.record(), out);
        out.int64(current.leaseMillis());
      }
      case ArbiterReply.Granted granted -> {
        out.int8(GRANTED);
        out.int64(granted.nonce());
        ArbiterWire.record(granted.record(), out);
        out.int64(granted.leaseMillis());
      }
      case ArbiterReply.Refused refused -> {
        out.int8(REFUSED);
        out.int64(refused.nonce());
        out.flag(refused.lost());
        out.string(refused.reason());
        ArbiterWire.record(refused.record(), out);
      }
      case ArbiterReply.Renewed renewed -> {
        out.int8(RENEWED);
        out.int64(renewed.sequence());
        out.int64(renewed.leaseMillis());
      }
      case ArbiterReply.NotRenewed refused -> {
        out.int8(NOT_RENEWED);
        out.int64(refused.sequence());
        ArbiterWire.record(refused.record(), out);
      }
    }
  }

  @Override
  public ArbiterReply decode(WireReader in) throws MalformedMessageException {
    int kind = in.int8();
    return switch (kind) {
      case HELLO -> new ArbiterReply.Hello(in.int32());
      case HELLO_REFUSED -> new ArbiterReply.HelloRefused(in.int32(), in.string());
      case CURRENT -> new ArbiterReply.Current(ArbiterWire.record(in), in.count64("lease"));
      case GRANTED ->
          new ArbiterReply.Granted(in.int64(), ArbiterWire.record(in), in.count64("lease"));
      case REFUSED ->
          new ArbiterReply.Refused(in.int64(), in.flag(), in.string(), ArbiterWire.record(in));
      case RENEWED -> new ArbiterReply.Renewed(in.int64(), in.count64("lease"));
      case NOT_RENEWED -> new ArbiterReply.NotRenewed(in.int64(), ArbiterWire.record(in));
      default -> throw new MalformedMessageException("no kind of reply of the arbiter: " + kind);
    };
  }
}
