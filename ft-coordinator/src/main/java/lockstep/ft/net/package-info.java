/**
 * The Netty channels that carry log channel, arbiter protocol and proxy link.
 *
 * <p>A {@link lockstep.ft.net.Transport} owns the I/O threads. It listens and dials; both give
 * {@link lockstep.ft.net.MessageChannel}s, on which each message travels as a length of four bytes
 * and the bytes of a {@link lockstep.ft.wire.MessageCodec}. A {@link
 * lockstep.ft.net.MessageListener} hears of them on an I/O thread and does nothing there but hand
 * on to the thread that owns the state. {@link lockstep.ft.net.VmSource} fetches definitions and
 * blobs from the disk server; {@link lockstep.ft.net.NameResolvers} keeps slow name servers off the
 * I/O threads; {@link lockstep.ft.net.KeepAlive} finds peers that lost their power.
 */
@NullMarked
package lockstep.ft.net;

import org.jspecify.annotations.NullMarked;
