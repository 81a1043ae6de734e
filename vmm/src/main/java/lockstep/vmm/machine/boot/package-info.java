/** Loaders for kernel Image and ELF, and the flattened device tree. */
@NullMarked
package lockstep.vmm.machine.boot;

import org.jspecify.annotations.NullMarked;
