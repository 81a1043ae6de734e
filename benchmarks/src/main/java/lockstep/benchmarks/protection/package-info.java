/**
 * What protection costs: the same guest, loaded alike, with a backup and without one, in one run.
 *
 * <p>{@link lockstep.benchmarks.protection.ProtectionBench} takes the backup away and gives it back
 * between rounds of {@link lockstep.benchmarks.protection.Workload}s; {@link
 * lockstep.benchmarks.protection.Samples} gathers what each did, {@link
 * lockstep.benchmarks.protection.Report} prints it beside the {@link
 * lockstep.benchmarks.protection.Published} figures of VMware FT.
 */
@NullMarked
package lockstep.benchmarks.protection;

import org.jspecify.annotations.NullMarked;
