/**
 * The virtio block device (virtio 1.2, 5.2). Data leaves guest memory when the queue is kicked
 * and\n * enters it when the completion is injected.
 */
@NullMarked
package lockstep.vmm.machine.device.block;

import org.jspecify.annotations.NullMarked;
