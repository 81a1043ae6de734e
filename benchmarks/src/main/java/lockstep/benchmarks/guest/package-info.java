/**
 * How fast a real Linux is inside the machine, beside the same image under QEMU: {@link
 * lockstep.benchmarks.guest.GuestBench} runs both in turns, each a {@link
 * lockstep.benchmarks.guest.GuestUnderTest}. {@link lockstep.benchmarks.guest.Operation} is what a
 * program inside does ({@link lockstep.benchmarks.guest.GuestProgram}), {@link
 * lockstep.benchmarks.guest.Load} what clients do from outside, to our guest also while it has a
 * backup ({@link lockstep.benchmarks.guest.CoresInUse}). A {@link lockstep.benchmarks.guest.Row}
 * says whether its {@link lockstep.benchmarks.guest.Bar} is met.
 */
@NullMarked
package lockstep.benchmarks.guest;

import org.jspecify.annotations.NullMarked;
