/**
 * TCP (RFC 9293), sans-IO: events in, effects out; no clock, no socket, no thread, no logger.
 *
 * <p>{@link lockstep.proxy.tcp.TcpConnection} is the state machine of one connection: {@code
 * onEvent(event, nowNanos, effects)}. It takes {@link lockstep.proxy.tcp.TcpEvent}s (a segment, the
 * user's calls, a tick, the path lost or moved) and gives {@link lockstep.proxy.tcp.TcpEffect}s (a
 * segment to transmit, bytes to deliver, changes of state). It owns a {@code Sender} (the send
 * sequence space: {@code SendBuffer}, {@code RetransmissionTimer} after RFC 6298, {@code
 * CongestionWindow} after RFC 5681 and 6582) and a {@code Receiver} (the receive sequence space:
 * window, reassembly, acknowledgments). {@link lockstep.proxy.tcp.TcpLimits} names every bound and
 * {@link lockstep.proxy.tcp.BufferBudget} keeps all connections together within memory.
 *
 * <p>What is particular here: the wire is one hop without loss, except that everything in flight is
 * lost at once when the replica at its other end dies. So a connection can stand still while nobody
 * is live ({@link lockstep.proxy.tcp.TcpEvent.PathLost}) and sends everything unacknowledged again
 * at once when somebody is ({@link lockstep.proxy.tcp.TcpEvent.PathMoved}).
 *
 * <p>Left out on purpose: urgent data (delivered inline), selective acknowledgments and timestamps
 * (neither is offered, so the peer uses neither), keep-alives (the endpoints have their own).
 *
 * <p>Time is nanoseconds from an origin of the driver's choice, never negative.
 */
@NullMarked
package lockstep.proxy.tcp;

import org.jspecify.annotations.NullMarked;
