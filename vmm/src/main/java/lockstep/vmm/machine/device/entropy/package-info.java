/** The virtio entropy device (virtio 1.2, 5.4). Its bytes come from outside, as an input. */
@NullMarked
package lockstep.vmm.machine.device.entropy;

import org.jspecify.annotations.NullMarked;
