/** Tests of what {@code lockstep up} keeps and starts. */
@NullMarked
package lockstep.tools.cluster;

import org.jspecify.annotations.NullMarked;
