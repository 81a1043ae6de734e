/**
 * What a state transfer costs: rounds, bytes, time, and for how long the guest stands still.
 *
 * <p>{@link lockstep.benchmarks.transfer.TransferBench} gives guests of several sizes a backup,
 * idle and under load, again and again, and prints a {@link lockstep.benchmarks.transfer.Row} for
 * each.
 */
@NullMarked
package lockstep.benchmarks.transfer;

import org.jspecify.annotations.NullMarked;
