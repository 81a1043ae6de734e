/**
 * The VMM process: the loop that drives a machine under the protocol, and its links.
 *
 * <p>{@link lockstep.vmm.replica.Vmm} is the process: it fetches the definition ({@link
 * lockstep.ft.net.VmSource}), makes the machine and the {@link lockstep.ft.core.Replica}, and
 * starts the guest's thread ({@link lockstep.vmm.replica.GuestThread}). That thread owns machine
 * and replica: it hears events from the {@link lockstep.vmm.replica.Inbox}, runs the guest in
 * slices, and carries the replica's effects out ({@link lockstep.vmm.replica.EffectRunner}). The
 * links live on I/O threads and do nothing but put events into the inbox: {@link
 * lockstep.vmm.replica.ArbiterLink}, {@link lockstep.vmm.replica.PeerLinks} (log channels), {@link
 * lockstep.vmm.replica.DiskLinks} (NBD; they begin with what {@link
 * lockstep.vmm.replica.IdleDiskLink} has kept open and probed), {@link
 * lockstep.vmm.replica.ProxyLink} (frames), {@link lockstep.vmm.replica.ConsoleServer}. {@link
 * lockstep.vmm.replica.Lateness} tells in the log when one of these threads did not come round for
 * so long that a peer may miss this replica.
 *
 * <p>Saved states ({@link lockstep.vmm.replica.SavedState}), recordings ({@link
 * lockstep.vmm.replica.LogRecorder}, {@link lockstep.vmm.replica.RecordingReplay}) and what is kept
 * of a divergence ({@link lockstep.vmm.replica.DivergenceFile}, written by {@link
 * lockstep.vmm.replica.BackgroundFile}) are files made here. {@link
 * lockstep.vmm.replica.DivergenceExplanation} explains the last: it executes the log again ({@link
 * lockstep.vmm.replica.LogReplay}) and compares states ({@link
 * lockstep.vmm.replica.StateDifference}) and engines ({@link
 * lockstep.vmm.replica.EngineComparison}).
 */
@NullMarked
package lockstep.vmm.replica;

import org.jspecify.annotations.NullMarked;
