/**
 * The disk server beside the NBD servers that others use, in one run on the same disk.
 *
 * <p>{@link lockstep.benchmarks.disk.DiskBench} starts one {@link lockstep.benchmarks.disk.Target}
 * after the other, lets {@link lockstep.benchmarks.disk.Fio} and {@link
 * lockstep.benchmarks.disk.LatencyProbe} load it with each {@link
 * lockstep.benchmarks.disk.Workload}, and prints a {@link lockstep.benchmarks.disk.Results} table.
 */
@NullMarked
package lockstep.benchmarks.disk;

import org.jspecify.annotations.NullMarked;
