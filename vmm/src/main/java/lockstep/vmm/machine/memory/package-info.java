/**
 * Guest physical memory.
 *
 * <p>Start at {@link lockstep.vmm.machine.memory.PhysicalMemory}: RAM outside of the Java heap
 * ({@link lockstep.vmm.machine.memory.HostPages}), and a byte of marks for each page, by which a
 * page may be written directly only once it is dirty and nothing is derived from it. {@link
 * lockstep.vmm.machine.memory.GuestMemory} is what a device sees of it, {@link
 * lockstep.vmm.machine.memory.PageObserver} how a hart hears that a page is about to change, {@link
 * lockstep.vmm.machine.memory.PageHashes} the hash that costs as much as was changed, not as there
 * is, {@link lockstep.vmm.machine.memory.PageHistory} what pages held in states that are
 * remembered.
 */
@NullMarked
package lockstep.vmm.machine.memory;

import org.jspecify.annotations.NullMarked;
