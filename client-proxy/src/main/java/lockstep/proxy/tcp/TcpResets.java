package lockstep.proxy.tcp;

import java.util.Optional;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpOptions;
import lockstep.proxy.net.TcpSegment;

/** What a segment for no connection is answered with (RFC 9293, 3.10.7.1). */
public final class TcpResets {
  private TcpResets() {}

  /** The RST that refuses {@code segment}; a RST is never answered. */
  public static Optional<TcpSegment> refusing(TcpSegment segment) {
    if (segment.has(TcpSegment.RST)) {
      return Optional.empty();
    }
    boolean acknowledged = segment.has(TcpSegment.ACK);
    return Optional.of(
        new TcpSegment(
            segment.destinationPort(),
            segment.sourcePort(),
            acknowledged ? segment.acknowledgment() : 0,
            acknowledged ? 0 : segment.sequence() + segment.length(),
            acknowledged ? TcpSegment.RST : TcpSegment.RST | TcpSegment.ACK,
            0,
            TcpOptions.NONE,
            Slice.EMPTY));
  }
}
