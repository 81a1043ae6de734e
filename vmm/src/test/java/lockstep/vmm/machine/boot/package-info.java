/** Images, layouts and device trees. */
@NullMarked
package lockstep.vmm.machine.boot;

import org.jspecify.annotations.NullMarked;
