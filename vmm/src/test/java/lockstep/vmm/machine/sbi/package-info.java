/** The SBI, call by call. */
@NullMarked
package lockstep.vmm.machine.sbi;

import org.jspecify.annotations.NullMarked;
