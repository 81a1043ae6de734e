/**
 * The board: {@link lockstep.vmm.machine.board.Board} joins hart, memory and devices at the
 * addresses of {@link lockstep.vmm.machine.board.MemoryMap}, builds the device tree that names
 * them, and loads kernel and initramfs at power-on. {@link lockstep.vmm.machine.board.BoardConfig}
 * is what of a VM's definition the machine depends on.
 */
@NullMarked
package lockstep.vmm.machine.board;

import org.jspecify.annotations.NullMarked;
