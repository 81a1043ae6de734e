/** Floating point against an oracle of its own. */
@NullMarked
package lockstep.vmm.machine.fp;

import org.jspecify.annotations.NullMarked;
