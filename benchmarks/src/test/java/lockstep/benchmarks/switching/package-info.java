/** What is said of switches. */
@NullMarked
package lockstep.benchmarks.switching;

import org.jspecify.annotations.NullMarked;
