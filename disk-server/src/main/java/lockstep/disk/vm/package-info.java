/**
 * The VMs and disks that this server knows, and the fence between the arbiter's record and the
 * disks.
 *
 * <ol>
 *   <li>{@link lockstep.disk.vm.Vms}: all VMs, as stored; defines new ones.
 *   <li>{@link lockstep.disk.vm.Vm}: one of them, or the owner of disks that no definition names.
 *   <li>{@link lockstep.disk.vm.Fence}: its sequencer. Arbiter requests, attaches and disk commands
 *       of a VM all pass here, so that granting an epoch and refusing the older ones is one step.
 *   <li>{@link lockstep.disk.vm.Lease}: the live replica's, counted while the arbiter runs.
 *   <li>{@link lockstep.disk.vm.Attach}: one connection's right to one disk, and how it ended.
 *   <li>{@link lockstep.disk.vm.Disks}: the catalog of {@link lockstep.disk.vm.Disk}s and their
 *       snapshots; {@link lockstep.disk.vm.DiskKeeper} makes, copies, resizes and deletes them.
 * </ol>
 *
 * <p>Locks, in their order: the monitor of the catalog, a fence's lock, the block store's own.
 */
@NullMarked
package lockstep.disk.vm;

import org.jspecify.annotations.NullMarked;
