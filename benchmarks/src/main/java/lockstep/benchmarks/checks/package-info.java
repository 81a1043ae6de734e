/**
 * What the periodic checks of a pair cost, by which it detects that its machines differ: {@link
 * lockstep.benchmarks.checks.ChecksBench}.
 */
@NullMarked
package lockstep.benchmarks.checks;

import org.jspecify.annotations.NullMarked;
