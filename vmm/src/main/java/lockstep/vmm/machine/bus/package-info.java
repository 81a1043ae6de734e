/** Memory-mapped devices and interrupt lines. */
@NullMarked
package lockstep.vmm.machine.bus;

import org.jspecify.annotations.NullMarked;
