/** What a report says. */
@NullMarked
package lockstep.benchmarks.protection;

import org.jspecify.annotations.NullMarked;
