/** The machine: harts, memory and devices as one function of its inputs. */
@NullMarked
package lockstep.vmm.machine;

import org.jspecify.annotations.NullMarked;
