/** The supervisor binary interface, built into the machine. */
@NullMarked
package lockstep.vmm.machine.sbi;

import org.jspecify.annotations.NullMarked;
