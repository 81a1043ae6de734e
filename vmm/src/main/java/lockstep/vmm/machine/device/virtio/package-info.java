/**
 * What every virtio device shares (virtio 1.2).
 *
 * <p>In the order data meets them: {@link lockstep.vmm.machine.device.virtio.VirtioMmio} decodes
 * the registers (4.2), {@link lockstep.vmm.machine.device.virtio.VirtioDevice} keeps status,
 * features and interrupts (2.1 to 2.4), {@link lockstep.vmm.machine.device.virtio.Virtqueue} takes
 * buffers from the driver and gives them back (2.7), and {@link
 * lockstep.vmm.machine.device.virtio.DescriptorChain} is a checked view of one buffer. Behind that
 * view nothing can leave RAM: a driver that writes nonsense stops its queue and finds
 * DEVICE_NEEDS_RESET in the status.
 */
@NullMarked
package lockstep.vmm.machine.device.virtio;

import org.jspecify.annotations.NullMarked;
