/**
 * What protection costs: the same guest, loaded alike, in several {@link
 * lockstep.benchmarks.protection.Setting}s in one run.
 *
 * <p>{@link lockstep.benchmarks.protection.ProtectionBench} takes the backup away and gives it back
 * between rounds of {@link lockstep.benchmarks.protection.Workload}s; {@link
 * lockstep.benchmarks.protection.Measurements} gathers what each did, {@link
 * lockstep.benchmarks.protection.Report} prints it beside the {@link
 * lockstep.benchmarks.protection.Published} figures of VMware FT.
 */
@NullMarked
package lockstep.benchmarks.protection;

import org.jspecify.annotations.NullMarked;
