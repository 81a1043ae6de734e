/** The book of this module: see the sub-packages. */
@NullMarked
package lockstep.proxy;

import org.jspecify.annotations.NullMarked;
