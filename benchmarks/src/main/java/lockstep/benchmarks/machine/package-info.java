/**
 * Bare kernels, and how fast the machine runs them.
 *
 * <p>{@link lockstep.benchmarks.machine.Kernel} names them; their C sources are resources. {@link
 * lockstep.benchmarks.machine.CrossCompiler} makes ELF files of them with the host's cross
 * compiler, and {@link lockstep.benchmarks.machine.MachineBench} prints the table.
 */
@NullMarked
package lockstep.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
