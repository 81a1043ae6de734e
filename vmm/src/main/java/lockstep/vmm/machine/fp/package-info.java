/** IEEE 754 arithmetic, exact in results, flags and rounding modes. */
@NullMarked
package lockstep.vmm.machine.fp;

import org.jspecify.annotations.NullMarked;
