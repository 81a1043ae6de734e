/** Guest physical memory: pages marked dirty before they can be written, hashed incrementally. */
@NullMarked
package lockstep.vmm.machine.memory;

import org.jspecify.annotations.NullMarked;
