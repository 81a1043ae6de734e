/** Tests of the guest builder; those tagged {@code guest} build the real thing. */
@NullMarked
package lockstep.tools.image;

import org.jspecify.annotations.NullMarked;
