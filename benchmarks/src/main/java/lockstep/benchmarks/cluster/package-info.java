/**
 * Real servers with a real guest, for the benchmarks that measure the whole: {@link
 * lockstep.benchmarks.cluster.BenchCluster} starts and ends them, {@link
 * lockstep.benchmarks.cluster.GuestShell} runs commands inside of the guest, {@link
 * lockstep.benchmarks.cluster.RedisLoad} loads its Redis, {@link
 * lockstep.benchmarks.cluster.CpuUse} tells what each process has cost.
 */
@NullMarked
package lockstep.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
