/**
 * What is measured, and how. Each of {@code ./lockstep bench NAME} is a package:
 *
 * <ul>
 *   <li>{@link lockstep.benchmarks.machine}: bare programs, against QEMU; {@link
 *       lockstep.benchmarks.guest}: Linux and Redis, against QEMU; {@link
 *       lockstep.benchmarks.micro}: what each part of the machine costs by itself.
 *   <li>{@link lockstep.benchmarks.protection}: what a backup costs; {@link
 *       lockstep.benchmarks.transfer}: what a new one costs; {@link lockstep.benchmarks.switching}:
 *       what a switch of roles costs; {@link lockstep.benchmarks.checks}: what comparing both
 *       machines costs.
 *   <li>{@link lockstep.benchmarks.detection}: how soon a dead replica is missed, and how often a
 *       slow one is taken for dead.
 *   <li>{@link lockstep.benchmarks.disk}: the disk server, against nbdkit and qemu-nbd.
 *   <li>{@link lockstep.benchmarks.differential}: not how fast but whether equal: random programs,
 *       interpreted and compiled.
 * </ul>
 *
 * <p>{@link lockstep.benchmarks.cluster} is what those share that start real servers. A measurement
 * stands beside its peer in the same run, as a ratio; {@code --tsv} prints a line a value.
 */
@NullMarked
package lockstep.benchmarks;

import org.jspecify.annotations.NullMarked;
