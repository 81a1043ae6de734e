/** The instruction table, and what is derived from it: decoder and disassembler. */
@NullMarked
package lockstep.vmm.machine.isa;

import org.jspecify.annotations.NullMarked;
