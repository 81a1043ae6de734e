/**
 * How soon a replica that is gone is missed, and how often one that is only slow is taken for gone.
 *
 * <p>{@link lockstep.benchmarks.detection.DetectionBench} gives a protected guest little of the
 * host's time, in several ways ({@link lockstep.benchmarks.detection.Starvation}), and counts the
 * pairs that fall apart for it; then it stops and kills primaries, and asks their backups' logs
 * when they were missed.
 */
@NullMarked
package lockstep.benchmarks.detection;

import org.jspecify.annotations.NullMarked;
