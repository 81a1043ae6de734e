/** Tests of the commands' decisions and texts. */
@NullMarked
package lockstep.tools.command;

import org.jspecify.annotations.NullMarked;
