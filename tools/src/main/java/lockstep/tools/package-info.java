/** The book of this module: see the sub-packages. */
@NullMarked
package lockstep.tools;

import org.jspecify.annotations.NullMarked;
