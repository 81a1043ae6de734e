/**
 * What the three servers agree on.
 *
 * <p>In the order in which a reader should meet them:
 *
 * <ol>
 *   <li>{@link lockstep.ft.machine}: the port through which the protocol sees a deterministic
 *       machine: positions, inputs, outputs, hashes.
 *   <li>{@link lockstep.ft.definition}: the definition of a VM, and its digest.
 *   <li>{@link lockstep.ft.wire}: how messages become bytes.
 *   <li>{@code lockstep.ft.log}: log entries, their payloads, the wire and file format.
 *   <li>{@link lockstep.ft.arbiter}: the arbiter's record, its test-and-set rules and messages.
 *   <li>{@code lockstep.ft.core}: the replication protocol as a pure state machine: primary,
 *       backup, output gate, failure detector, going live.
 *   <li>{@link lockstep.ft.link}: the proxy link: Ethernet frames between a replica and the proxy.
 *   <li>{@code lockstep.ft.nbd}: the NBD wire format that the disk server and the replica share.
 *   <li>{@code lockstep.ft.net}: the Netty channels that carry all of these.
 *   <li>{@code lockstep.ft.ops}: metrics and health over HTTP.
 *   <li>{@code lockstep.ft.transfer}: state transfer: which pages go to a new backup, and when.
 *   <li>{@code lockstep.ft.history}: what clients saw, and whether it is linearizable. No server
 *       needs it: it judges them all, simulated here and real in {@code tools}.
 * </ol>
 *
 * <p>The packages {@code machine}, {@code wire}, {@code log}, {@code arbiter}, {@code core} and
 * {@code transfer} import nothing but the JDK, and no clock, thread, socket or random source: they
 * are functions. A test holds this.
 */
@NullMarked
package lockstep.ft;

import org.jspecify.annotations.NullMarked;
