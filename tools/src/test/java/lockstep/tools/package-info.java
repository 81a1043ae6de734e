/** Tests of the command line as a whole. */
@NullMarked
package lockstep.tools;

import org.jspecify.annotations.NullMarked;
