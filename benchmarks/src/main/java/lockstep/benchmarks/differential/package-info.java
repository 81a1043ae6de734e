/**
 * Interpreter against compiler: random programs run on two machines that differ in nothing but
 * {@link lockstep.vmm.compiler.CompilerMode}, and have to be equal wherever they are compared.
 *
 * <p>{@link lockstep.benchmarks.differential.RandomProgram} writes a program with its trap handlers
 * and page tables, from a seed. {@link lockstep.benchmarks.differential.Comparison} runs it on
 * both, with interrupts and stops at random positions. {@link
 * lockstep.benchmarks.differential.DifferentialTool} does so until enough steps are compared, and
 * makes the first program that differs small.
 */
@NullMarked
package lockstep.benchmarks.differential;

import org.jspecify.annotations.NullMarked;
