/** The book of this module: see the sub-packages. */
@NullMarked
package lockstep.benchmarks;

import org.jspecify.annotations.NullMarked;
