/**
 * How fast a real Linux is inside the machine, beside the same image under QEMU: {@link
 * lockstep.benchmarks.guest.GuestBench} runs both in turns, each a {@link
 * lockstep.benchmarks.guest.GuestUnderTest}. {@link lockstep.benchmarks.guest.Operation} is what a
 * program inside does ({@link lockstep.benchmarks.guest.GuestProgram}); Redis is loaded from
 * outside.
 */
@NullMarked
package lockstep.benchmarks.guest;

import org.jspecify.annotations.NullMarked;
