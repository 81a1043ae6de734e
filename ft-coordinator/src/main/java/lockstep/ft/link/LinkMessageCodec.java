package lockstep.ft.link;

import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.MessageCodec;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of a {@link LinkMessage}: a kind, then its fields in order. */
public final class LinkMessageCodec implements MessageCodec<LinkMessage> {
  /** The longest frame: virtio_net_hdr, Ethernet and a segment of 64 KiB, with room. */
  public static final int FRAME_BYTES_MAX = 70_000;

  private static final int HELLO = 1;
  private static final int REFUSED = 2;
  private static final int LIVE = 3;
  private static final int FRAME = 4;
  private static final int PING = 5;
  private static final int PONG = 6;

  @Override
  public String protocol() {
    return "proxy link";
  }

  @Override
  public int messageBytesMax() {
    return FRAME_BYTES_MAX + 16;
  }

  @Override
  public void encode(LinkMessage message, WireWriter out) {
    switch (message) {
      case LinkMessage.Hello hello -> {
        out.int8(HELLO);
        out.int32(hello.protocolVersion());
        out.string(hello.vm());
        out.int64(hello.replica().high());
        out.int64(hello.replica().low());
        out.int32(hello.machineVersion());
        out.string(hello.definitionDigest());
      }
      case LinkMessage.Refused refused -> {
        out.int8(REFUSED);
        out.string(refused.reason());
      }
      case LinkMessage.Live live -> {
        out.int8(LIVE);
        out.int64(live.epoch());
        out.int64(live.guestGeneration());
      }
      case LinkMessage.Frame frame -> {
        if (frame.frame().length() > FRAME_BYTES_MAX) {
          throw new IllegalArgumentException("a frame of " + frame.frame().length() + " bytes");
        }
        out.int8(FRAME);
        out.bytes(frame.frame());
      }
      case LinkMessage.Ping ping -> {
        out.int8(PING);
        out.int64(ping.number());
      }
      case LinkMessage.Pong pong -> {
        out.int8(PONG);
        out.int64(pong.number());
      }
    }
  }

  @Override
  public LinkMessage decode(WireReader in) throws MalformedMessageException {
    int kind = in.int8();
    return switch (kind) {
      case HELLO ->
          new LinkMessage.Hello(
              in.int32(),
              in.string(),
              new ReplicaId(in.int64(), in.int64()),
              in.int32(),
              in.string());
      case REFUSED -> new LinkMessage.Refused(in.string());
      case LIVE -> new LinkMessage.Live(in.count64("epoch"), in.count64("guest generation"));
      case FRAME -> new LinkMessage.Frame(in.bytes(FRAME_BYTES_MAX));
      case PING -> new LinkMessage.Ping(in.int64());
      case PONG -> new LinkMessage.Pong(in.int64());
      default -> throw new MalformedMessageException("no kind of link message: " + kind);
    };
  }
}
