/** Switching off and resetting. */
@NullMarked
package lockstep.vmm.machine.device.power;

import org.jspecify.annotations.NullMarked;
