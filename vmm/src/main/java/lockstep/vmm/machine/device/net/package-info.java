/** The virtio network device (virtio 1.2, 5.1), with checksum and segmentation offload. */
@NullMarked
package lockstep.vmm.machine.device.net;

import org.jspecify.annotations.NullMarked;
