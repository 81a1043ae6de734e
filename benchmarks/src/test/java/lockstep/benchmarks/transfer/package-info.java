/** What is read from a log, and what a row says. */
@NullMarked
package lockstep.benchmarks.transfer;

import org.jspecify.annotations.NullMarked;
