/**
 * Faults on the real thing: real processes, a real guest, a real client, one fault a run.
 *
 * <p>{@link lockstep.tools.chaos.SavedGuest} boots a guest once and saves its state and disk; every
 * {@link lockstep.tools.chaos.FaultRun} starts a fresh protected pair from them, puts a client's
 * load on it, does one {@link lockstep.tools.chaos.Fault}, and tells what the client saw. {@link
 * lockstep.tools.chaos.ChaosCommand} repeats that and sums up ({@link
 * lockstep.tools.chaos.ChaosReport}). {@link lockstep.tools.chaos.Relay} is a wire that can be cut.
 */
@NullMarked
package lockstep.tools.chaos;

import org.jspecify.annotations.NullMarked;
