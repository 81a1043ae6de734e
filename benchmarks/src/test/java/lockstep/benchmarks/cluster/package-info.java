/** Latencies, and what a Redis client makes of answers. */
@NullMarked
package lockstep.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
