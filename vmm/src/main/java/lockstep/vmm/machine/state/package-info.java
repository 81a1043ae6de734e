/** State as an explicit tree: one visit saves, restores, hashes or prints it. */
@NullMarked
package lockstep.vmm.machine.state;

import org.jspecify.annotations.NullMarked;
