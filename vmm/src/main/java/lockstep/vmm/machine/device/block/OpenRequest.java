package lockstep.vmm.machine.device.block;

import lockstep.vmm.machine.device.virtio.DescriptorChain;

/**
 * A request that was handed out and has not completed.
 *
 * @param readBytes what a READ will put into the chain; 0 for every other operation
 * @param dataBytes the data that it carries, either way; counted against the bound on open bytes
 */
record OpenRequest(long id, DescriptorChain chain, int readBytes, int dataBytes) {}
