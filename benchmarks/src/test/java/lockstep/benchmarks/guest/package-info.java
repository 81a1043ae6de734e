/** What a row says. */
@NullMarked
package lockstep.benchmarks.guest;

import org.jspecify.annotations.NullMarked;
