/**
 * Bare kernels, and how fast the machine runs them.
 *
 * <p>{@link lockstep.benchmarks.machine.Kernel} names them; their C sources are resources. {@link
 * lockstep.benchmarks.machine.CrossCompiler} makes ELF files of them with the host's cross
 * compiler. {@link lockstep.benchmarks.machine.Rounds} runs one on our machine and {@link
 * lockstep.benchmarks.machine.Qemu} on QEMU's, {@link lockstep.benchmarks.machine.Uncounted} finds
 * what counting steps costs, and {@link lockstep.benchmarks.machine.MachineBench} prints what came
 * of it: a {@link lockstep.benchmarks.machine.Measurement} a kernel, then each {@link
 * lockstep.benchmarks.machine.Verdict}.
 */
@NullMarked
package lockstep.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
