/**
 * The replication protocol as a pure state machine: {@link lockstep.ft.core.Replica#onEvent}.
 *
 * <p>Two replicas run the same guest. The <em>live</em> one decides what enters the guest and when;
 * the other, its <em>backup</em>, executes the same from the log. Events come in, {@linkplain
 * lockstep.ft.core.Effect effects} go out; there is no clock, thread, socket, random source or
 * logger here, so that a seeded simulator can drive the same classes as production. Imports the JDK
 * only.
 *
 * <h2>States</h2>
 *
 * <table>
 *   <caption>{@link lockstep.ft.core.Role}: what leads where</caption>
 *   <tr><th>role</th><th>event</th><th>next</th></tr>
 *   <tr><td>WAITING</td><td>somebody is live: dial, hello, their hello</td><td>CANDIDATE</td></tr>
 *   <tr><td></td><td>hello refused for good (version, definition, start state)</td>
 *       <td>HALTED</td></tr>
 *   <tr><td></td><td>nobody is live, or unreachable and the lease is over: start granted</td>
 *       <td>LIVE_WAITING, or ALONE if started to run alone</td></tr>
 *   <tr><td></td><td>nobody is live any more, though somebody was</td><td>HALTED (GUEST_OFF)</td></tr>
 *   <tr><td>CANDIDATE</td><td>the log names this replica backup; before that, the log from its
 *       beginning, or a state transfer and the log from its cut</td><td>BACKUP</td></tr>
 *   <tr><td></td><td>channel closed or silent before</td><td>WAITING</td></tr>
 *   <tr><td>LIVE_WAITING</td><td>a candidate has acknowledged the log: enlist granted</td>
 *       <td>PRIMARY; the guest runs</td></tr>
 *   <tr><td>ALONE</td><td>a candidate has acknowledged the cut of its state transfer: enlist
 *       granted</td><td>PRIMARY</td></tr>
 *   <tr><td></td><td>a candidate finds what it was sent to hash otherwise</td><td>ALONE; before the
 *       next transfer every page is hashed anew</td></tr>
 *   <tr><td></td><td>that candidate is lost, enlist asked and not answered</td>
 *       <td>GOING_ALONE: claims</td></tr>
 *   <tr><td>PRIMARY</td><td>backup silent, channel closed, or diverged</td>
 *       <td>GOING_ALONE: claims</td></tr>
 *   <tr><td></td><td>a switch is wanted, the backup close behind: the last entry hands over</td>
 *       <td>HANDING_OVER: the guest stands still</td></tr>
 *   <tr><td>HANDING_OVER</td><td>the log goes on, written by the other, and names this replica
 *       backup</td><td>BACKUP</td></tr>
 *   <tr><td></td><td>the other is lost, or takes too long</td><td>GOING_ALONE: claims; refused by
 *       a record in which it is the backup, claims at that epoch</td></tr>
 *   <tr><td>GOING_ALONE</td><td>claim granted</td>
 *       <td>ALONE (LIVE_WAITING if the guest has never run)</td></tr>
 *   <tr><td>BACKUP</td><td>primary silent, or channel closed</td>
 *       <td>SEALED: takes and acknowledges nothing more, then claims</td></tr>
 *   <tr><td></td><td>the log to its last entry, which hands over, is executed</td>
 *       <td>TAKING_OVER: asks to switch roles</td></tr>
 *   <tr><td></td><td>own state differs from the log</td><td>HALTED (DIVERGED)</td></tr>
 *   <tr><td></td><td>a later record does not name it</td><td>HALTED (DISMISSED)</td></tr>
 *   <tr><td>TAKING_OVER</td><td>granted</td><td>PRIMARY; if the channel was lost meanwhile,
 *       GOING_ALONE: claims</td></tr>
 *   <tr><td>SEALED</td><td>claim granted</td><td>GOING_LIVE: replays to the last entry</td></tr>
 *   <tr><td>GOING_LIVE</td><td>log replayed</td>
 *       <td>ALONE: kept outputs leave, disks attached anew, open requests issued again</td></tr>
 *   <tr><td>SEALED, GOING_LIVE</td><td>own state differs from the log</td><td>HALTED (DIVERGED): what
 *       it would go on with is not what the clients know; if it is too late for the other to go on
 *       alone, the guest is started anew when the lease is over</td></tr>
 *   <tr><td>any</td><td>the open question is lost; a later record names another live; a disk
 *       refuses the epoch</td><td>HALTED</td></tr>
 *   <tr><td>PRIMARY, ALONE</td><td>power-off has left the gate, disks are quiet: resign granted</td>
 *       <td>HALTED (GUEST_OFF)</td></tr>
 * </table>
 *
 * <p>At most one question to the arbiter is open ({@link lockstep.ft.core.ArbiterAsking}); it is
 * repeated with its nonce until it is answered, and nothing is concluded before.
 *
 * <h2>The classes, in the order in which data meets them</h2>
 *
 * <ul>
 *   <li>{@code Replica} takes events and hands them to the {@code Stage} of its life: {@code
 *       Waiting}, {@code Backup} (with {@code Replay}), {@code Live} (with {@code LiveGuest}),
 *       {@code Halted}. {@code Core} is what the stages share.
 *   <li>{@code Guest}: the machine, with its {@code OpenRequests} and {@code UnflushedWrites},
 *       which both replicas know alike.
 *   <li>Live: {@code BecomingLive} makes it; {@code PendingInputs} wait for {@code LiveGuest},
 *       which injects them, moves the clock ({@code ClockPolicy}) and runs slices; {@code LiveLog}
 *       numbers the entries, {@code Protection} looks after candidate and backup, {@code LogSender}
 *       carries the entries to them and bounds their lag ({@code LagBound}), {@code GuestPace}
 *       slows the guest smoothly before; {@code OutgoingTransfer} sends a candidate the state of a
 *       running guest, {@code IncomingTransfer} takes it; {@code HandOver} switches the roles;
 *       {@code OutputGate} holds outputs for their acknowledgement and {@code LeaseGuard} for the
 *       lease; {@code LiveDisks} are a {@code DiskPath} each, which attaches, catches up and
 *       issues.
 *   <li>{@code FailureDetector} judges silence, on both sides; {@code Evidence} is what both keep
 *       to explain a {@link lockstep.ft.core.Divergence}.
 *   <li>{@code CoreState} travels with a machine's saved state.
 * </ul>
 *
 * <h2>Words</h2>
 *
 * <dl>
 *   <dt>mark
 *   <dd>the log entry that says: output n was made here. Its acknowledgement lets the output leave.
 *   <dt>seal
 *   <dd>a backup takes and acknowledges nothing more, so what it has is all there is.
 *   <dt>claim
 *   <dd>the test-and-set at the arbiter by which a backup goes live or a primary goes on alone.
 *   <dt>check
 *   <dd>an entry with the hash of the state; both machines compare, and remember the state there.
 *   <dt>open request
 *   <dd>a disk or entropy request made by the guest and not completed.
 *   <dt>kept write
 *   <dd>a completed write that no completed flush covers; sent again to another incarnation of the
 *       disk server.
 *   <dt>own flush
 *   <dd>a flush by the replica, not the guest, so that kept writes stay bounded.
 *   <dt>switch
 *   <dd>primary and backup swap their roles, with nobody dead: the primary <em>hands over</em>,
 *       that is, stops its guest and writes its last entry; the backup executes that and <em>takes
 *       over</em>, by asking the arbiter for the switch.
 *   <dt>path, way
 *   <dd>to arbiter, client proxy or disk server; probed in every role.
 *   <dt>cut
 *   <dd>the position of a state transfer at which the guest stands still for the rest of its state;
 *       the new backup's log begins there.
 *   <dt>held
 *   <dd>the guest may not run, because a bound is reached.
 * </dl>
 */
@NullMarked
package lockstep.ft.core;

import org.jspecify.annotations.NullMarked;
