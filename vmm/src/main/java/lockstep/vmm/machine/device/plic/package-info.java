/**
 * The platform-level interrupt controller: {@link lockstep.vmm.machine.device.plic.Plic} gathers
 * the level-triggered lines of every device into one external interrupt line for each hart and
 * mode.
 */
@NullMarked
package lockstep.vmm.machine.device.plic;

import org.jspecify.annotations.NullMarked;
