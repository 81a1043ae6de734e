/**
 * What every virtio device shares (virtio 1.2).\n *\n *
 *
 * <p>In the order data meets them: {@link lockstep.vmm.machine.device.virtio.VirtioMmio} decodes
 * the\n * registers (4.2), {@link lockstep.vmm.machine.device.virtio.VirtioDevice} keeps status,
 * features and\n * interrupts (2.1 to 2.4), {@link lockstep.vmm.machine.device.virtio.Virtqueue}
 * takes buffers from the\n * driver and gives them back (2.7), and {@link
 * lockstep.vmm.machine.device.virtio.DescriptorChain} is a\n * checked view of one buffer. Behind
 * that view nothing can leave RAM: a driver that writes nonsense\n * stops its queue and finds
 * DEVICE_NEEDS_RESET in the status.
 */
@NullMarked
package lockstep.vmm.machine.device.virtio;

import org.jspecify.annotations.NullMarked;
