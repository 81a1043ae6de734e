package lockstep.proxy.tcp;

import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpSegment;

/** What a connection asks its driver to do, in order. */
public sealed interface TcpEffect {

  /** Send a segment; its payload may be longer than {@link TcpConnection#segmentSize()}. */
  record Transmit(TcpSegment segment, boolean retransmission) implements TcpEffect {}

  /** The handshake is complete. */
  record Established() implements TcpEffect {}

  /** Bytes for the user, in order; to be answered with {@link TcpEvent.Consumed}. */
  record Deliver(Slice data) implements TcpEffect {}

  /** The peer has sent its last byte, and it has been delivered. */
  record PeerClosed() implements TcpEffect {}

  /** Both sides have closed; the connection may linger in TIME-WAIT. */
  record Finished() implements TcpEffect {}

  /** The connection has ended before its time and is gone. */
  record Broken(Cause cause) implements TcpEffect {}

  /** Why a connection broke. */
  enum Cause {
    /** RST in answer to a SYN. */
    REFUSED,
    RESET_BY_PEER,
    ABORTED,
    /** Nothing came back for {@link TcpLimits#giveUpNanos()}. */
    TIMED_OUT
  }
}
