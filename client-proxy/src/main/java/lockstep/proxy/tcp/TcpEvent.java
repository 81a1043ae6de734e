package lockstep.proxy.tcp;

import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpSegment;

/** What happens to a connection: the user's calls of RFC 9293, 3.9.1, segments, and time. */
public sealed interface TcpEvent {

  /** The active OPEN call. */
  record Open() implements TcpEvent {}

  /** The SEND call; at most {@link TcpConnection#sendSpace()} bytes. */
  record Send(Slice data) implements TcpEvent {}

  /** The user has done with {@code bytes} of what was delivered: the window may open again. */
  record Consumed(int bytes) implements TcpEvent {}

  /** The CLOSE call: nothing more will be sent; receiving goes on. */
  record Close() implements TcpEvent {}

  /** The ABORT call. */
  record Abort() implements TcpEvent {}

  record SegmentArrived(TcpSegment segment) implements TcpEvent {}

  /** The time of {@link TcpConnection#deadlineNanos()} has come. Harmless at any other time. */
  record Tick() implements TcpEvent {}

  /** Nobody is at the other end for now: nothing is sent and no timer runs out. */
  record PathLost() implements TcpEvent {}

  /**
   * The peer goes on at a new place, and what was in flight may be lost: everything unacknowledged
   * is sent again at once.
   */
  record PathMoved() implements TcpEvent {}
}
