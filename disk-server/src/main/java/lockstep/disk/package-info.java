/** The book of this module: see the sub-packages. */
@NullMarked
package lockstep.disk;

import org.jspecify.annotations.NullMarked;
