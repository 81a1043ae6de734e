/**
 * The disk server: the disks of guests over NBD, and the arbiter that decides who may write them.
 *
 * <ol>
 *   <li>{@link lockstep.disk.DiskServer}: starts everything from {@link
 *       lockstep.disk.DiskServerOptions}.
 *   <li>{@link lockstep.disk.store}: blocks, and what must be durable before an answer.
 *   <li>{@link lockstep.disk.vm}: the VMs, and each one's fence, in which a newer epoch is granted
 *       and the older ones are refused in one step.
 *   <li>{@link lockstep.disk.nbd}: the disks as NBD exports.
 *   <li>{@link lockstep.disk.arbiter}: the arbiter's protocol.
 *   <li>{@link lockstep.disk.http}: definitions and blobs.
 * </ol>
 */
@NullMarked
package lockstep.disk;

import org.jspecify.annotations.NullMarked;
