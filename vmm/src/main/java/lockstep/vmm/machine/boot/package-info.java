/**
 * From files to a machine that can start.
 *
 * <p>A kernel: {@link lockstep.vmm.machine.boot.KernelImage} is a checked file, {@link
 * lockstep.vmm.machine.boot.BootLayout} its place in RAM beside initramfs and device tree. The
 * device tree: {@link lockstep.vmm.machine.boot.DeviceTreeNode} holds properties, {@link
 * lockstep.vmm.machine.boot.BoardTree} knows how the board's devices are described, {@link
 * lockstep.vmm.machine.boot.FlattenedDeviceTree} turns nodes into the bytes that a kernel reads.
 */
@NullMarked
package lockstep.vmm.machine.boot;

import org.jspecify.annotations.NullMarked;
