/**
 * The virtio block device (virtio 1.2, 5.2). Data leaves guest memory when the queue is kicked and
 * enters it when the completion is injected.
 *
 * <p>{@link lockstep.vmm.machine.device.block.VirtioBlock} checks requests and hands them out;
 * {@link lockstep.vmm.machine.device.block.RequestTable} holds each {@link
 * lockstep.vmm.machine.device.block.OpenRequest} until it completes, and counts those that a reset
 * has orphaned.
 */
@NullMarked
package lockstep.vmm.machine.device.block;

import org.jspecify.annotations.NullMarked;
