/**
 * Faults on the real thing: real processes, a real guest, real clients.
 *
 * <p>{@code lockstep chaos}: one guest ({@link lockstep.tools.chaos.StormGuest}), fault after
 * {@link lockstep.tools.chaos.StormFault} ({@link lockstep.tools.chaos.Storm}, which has {@link
 * lockstep.tools.chaos.Strikes} done), each to a protected {@link lockstep.tools.chaos.Pair}, under
 * {@link lockstep.tools.chaos.RegisterClient}s whose history is checked. {@link
 * lockstep.tools.chaos.RoleWatch} looks at the VMMs all the while, for {@link
 * lockstep.tools.chaos.TwoLive} too, {@link lockstep.tools.chaos.DiskAgreement} at the disk in the
 * end; {@link lockstep.tools.chaos.StormReport} and {@link lockstep.tools.chaos.StormPicture} show
 * it, and {@link lockstep.tools.chaos.Verdict} says in one line whether all held.
 *
 * <p>{@code lockstep chaos pairs}: one fault a run. {@link lockstep.tools.chaos.SavedGuest} boots a
 * guest once and saves its state and disk; every {@link lockstep.tools.chaos.FaultRun} starts a
 * fresh protected pair from them, puts a client's load on it, does one {@link
 * lockstep.tools.chaos.Fault}, and tells what the client saw. {@link
 * lockstep.tools.chaos.PairsCommand} repeats that and sums up ({@link
 * lockstep.tools.chaos.PairsReport}).
 *
 * <p>{@link lockstep.tools.chaos.network} is what is between the servers, and fails.
 */
@NullMarked
package lockstep.tools.chaos;

import org.jspecify.annotations.NullMarked;
