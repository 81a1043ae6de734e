/** What is said of exchanges. */
@NullMarked
package lockstep.benchmarks.exchange;

import org.jspecify.annotations.NullMarked;
