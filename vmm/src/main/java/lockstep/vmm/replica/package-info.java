/** The VMM process: the loop that drives a machine under the protocol, and its links. */
@NullMarked
package lockstep.vmm.replica;

import org.jspecify.annotations.NullMarked;
