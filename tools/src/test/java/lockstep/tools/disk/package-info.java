/** Tests of {@code lockstep disk}. */
@NullMarked
package lockstep.tools.disk;

import org.jspecify.annotations.NullMarked;
