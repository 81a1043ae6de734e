/**
 * The disks as NBD exports.
 *
 * <p>A connection's way: {@link lockstep.disk.nbd.NbdServer} accepts it; {@link
 * lockstep.disk.nbd.ServerNegotiation} answers its options until it attaches to an {@link
 * lockstep.disk.nbd.Export}; then {@link lockstep.disk.nbd.RequestDecoder} cuts its bytes into
 * {@link lockstep.disk.nbd.Command}s, each checked by {@link lockstep.disk.nbd.RequestRules}, and
 * its {@link lockstep.disk.nbd.Lane} carries them out on the {@link lockstep.disk.nbd.Workers}, in
 * the order in which they came, and answers.
 *
 * <p>Memory is bounded: a large WRITE is applied in pieces as it arrives, a large READ is answered
 * in pieces as the client takes them, and a lane that has enough to do stops reading its socket.
 *
 * <p>The next strengths have their places: structured replies and BLOCK_STATUS beside {@code
 * Replies} and {@code Command}, TLS before the negotiation.
 */
@NullMarked
package lockstep.disk.nbd;

import org.jspecify.annotations.NullMarked;
