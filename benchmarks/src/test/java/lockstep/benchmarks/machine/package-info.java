/** The kernels build and pass. */
@NullMarked
package lockstep.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
