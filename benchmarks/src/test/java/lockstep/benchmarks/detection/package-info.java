/** What a report says of figures, and what is read from a log. */
@NullMarked
package lockstep.benchmarks.detection;

import org.jspecify.annotations.NullMarked;
