/** The hart: registers, CSRs, traps, address translation, the interpreter. */
@NullMarked
package lockstep.vmm.machine.hart;

import org.jspecify.annotations.NullMarked;
