package lockstep.ft.arbiter;

import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of an {@link ArbiterRequest}: a kind, then its fields in order. */
public final class ArbiterRequestCodec implements MessageCodec<ArbiterRequest> {
  private static final int WATCH = 1;
  private static final int START = 2;
  private static final int CLAIM = 3;
  private static final int ENLIST = 4;
  private static final int RENEW = 6;
  private static final int RESIGN = 7;

  /** Its layout, and that of its answers, is the same in every version. */
  private static final int HELLO = 8;

  private static final int TAKE_OVER = 9;

  @Override
  public String protocol() {
    return "arbiter";
  }

  @Override
  public int messageBytesMax() {
    return ArbiterWire.MESSAGE_BYTES_MAX;
  }

  @Override
  public void encode(ArbiterRequest request, WireWriter out) {
    switch (request) {
      case ArbiterRequest.Hello hello -> {
        out.int8(HELLO);
        out.string(hello.vm());
        out.int32(hello.protocolVersion());
      }
      case ArbiterRequest.Watch watch -> {
        out.int8(WATCH);
        out.string(watch.vm());
      }
      case ArbiterRequest.Start start -> {
        out.int8(START);
        out.string(start.vm());
        ArbiterWire.member(start.claimant(), out);
        numbers(start.epoch(), start.nonce(), out);
      }
      case ArbiterRequest.Claim claim -> {
        out.int8(CLAIM);
        out.string(claim.vm());
        ArbiterWire.member(claim.claimant(), out);
        numbers(claim.epoch(), claim.nonce(), out);
      }
      case ArbiterRequest.TakeOver takeOver -> {
        out.int8(TAKE_OVER);
        out.string(takeOver.vm());
        ArbiterWire.member(takeOver.claimant(), out);
        numbers(takeOver.epoch(), takeOver.nonce(), out);
      }
      case ArbiterRequest.Enlist enlist -> {
        out.int8(ENLIST);
        out.string(enlist.vm());
        ArbiterWire.replica(enlist.live(), out);
        out.int64(enlist.epoch());
        ArbiterWire.member(enlist.backup(), out);
        out.int64(enlist.nonce());
      }
      case ArbiterRequest.Renew renew -> {
        out.int8(RENEW);
        out.string(renew.vm());
        ArbiterWire.replica(renew.live(), out);
        numbers(renew.epoch(), renew.sequence(), out);
      }
      case ArbiterRequest.Resign resign -> {
        out.int8(RESIGN);
        out.string(resign.vm());
        ArbiterWire.replica(resign.live(), out);
        numbers(resign.epoch(), resign.nonce(), out);
      }
    }
  }

  @Override
  public ArbiterRequest decode(WireReader in) throws MalformedMessageException {
    int kind = in.int8();
    String vm = in.string();
    return switch (kind) {
      case HELLO -> new ArbiterRequest.Hello(vm, in.int32());
      case WATCH -> new ArbiterRequest.Watch(vm);
      case START ->
          new ArbiterRequest.Start(vm, ArbiterWire.member(in), in.count64("epoch"), in.int64());
      case CLAIM ->
          new ArbiterRequest.Claim(vm, ArbiterWire.member(in), in.count64("epoch"), in.int64());
      case TAKE_OVER ->
          new ArbiterRequest.TakeOver(vm, ArbiterWire.member(in), in.count64("epoch"), in.int64());
      case ENLIST ->
          new ArbiterRequest.Enlist(
              vm, ArbiterWire.replica(in), in.count64("epoch"), ArbiterWire.member(in), in.int64());
      case RENEW ->
          new ArbiterRequest.Renew(vm, ArbiterWire.replica(in), in.count64("epoch"), in.int64());
      case RESIGN ->
          new ArbiterRequest.Resign(vm, ArbiterWire.replica(in), in.count64("epoch"), in.int64());
      default -> throw new MalformedMessageException("no kind of request to the arbiter: " + kind);
    };
  }

  private static void numbers(long epoch, long nonce, WireWriter out) {
    out.int64(epoch);
    out.int64(nonce);
  }
}
