/**
 * Faults on the real thing: real processes, a real guest, real clients.
 *
 * <p>{@code lockstep chaos}: one fault a run. {@link lockstep.tools.chaos.SavedGuest} boots a guest
 * once and saves its state and disk; every {@link lockstep.tools.chaos.FaultRun} starts a fresh
 * protected pair from them, puts a client's load on it, does one {@link
 * lockstep.tools.chaos.Fault}, and tells what the client saw. {@link
 * lockstep.tools.chaos.ChaosCommand} repeats that and sums up ({@link
 * lockstep.tools.chaos.ChaosReport}).
 *
 * <p>{@code lockstep chaos storm}: one guest ({@link lockstep.tools.chaos.StormGuest}), fault after
 * {@link lockstep.tools.chaos.StormFault} ({@link lockstep.tools.chaos.Storm}, which has {@link
 * lockstep.tools.chaos.Strikes} done), under {@link lockstep.tools.chaos.RegisterClient}s whose
 * history is checked. {@link lockstep.tools.chaos.RoleWatch} looks at the VMMs all the while,
 * {@link lockstep.tools.chaos.DiskAgreement} at the disk in the end; {@link
 * lockstep.tools.chaos.StormReport} and {@link lockstep.tools.chaos.StormPicture} show it.
 *
 * <p>{@link lockstep.tools.chaos.Relay} is a wire that can be cut or held.
 */
@NullMarked
package lockstep.tools.chaos;

import org.jspecify.annotations.NullMarked;
