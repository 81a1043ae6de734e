/**
 * The VMs that this server knows: definition, disks, and the fence between the arbiter's record and
 * the disks.
 *
 * <ol>
 *   <li>{@link lockstep.disk.vm.Vms}: all of them, as stored; defines new ones.
 *   <li>{@link lockstep.disk.vm.Vm}: one of them.
 *   <li>{@link lockstep.disk.vm.Fence}: its sequencer. Arbiter requests, attaches and disk commands
 *       of a VM all pass here, so that granting an epoch and refusing the older ones is one step.
 *   <li>{@link lockstep.disk.vm.Attach}: one connection's right to one disk, and how it ended.
 * </ol>
 */
@NullMarked
package lockstep.disk.vm;

import org.jspecify.annotations.NullMarked;
