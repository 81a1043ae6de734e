/**
 * What the disk server keeps, and how.
 *
 * <ol>
 *   <li>{@link lockstep.disk.store.BlockStore}: the bytes of all disks, read through a {@link
 *       lockstep.disk.store.DiskReader}. Two keep them:
 *       <ul>
 *         <li>{@link lockstep.disk.store.RocksBlockStore}, in RocksDB, as blocks of 4 KiB by
 *             (layer, block number). {@link lockstep.disk.store.Layers} make disks of layers, so
 *             that snapshots and clones take no time; {@link lockstep.disk.store.LayerMerger} takes
 *             layers away that are not needed any more. {@link lockstep.disk.store.DiskEdit} turns
 *             changes of bytes into changes of blocks; {@link lockstep.disk.store.RocksReader}
 *             finds blocks, one by one or with a {@link lockstep.disk.store.LayerCursor} a layer.
 *         <li>{@link lockstep.disk.store.FileBlockStore}, in a preallocated {@link
 *             lockstep.disk.store.DiskFile} each, made stable through {@link
 *             lockstep.disk.store.FileSync}, and read as it was at one moment through a {@link
 *             lockstep.disk.store.FrozenFile}.
 *       </ul>
 *   <li>{@link lockstep.disk.store.ControlStore}: what must be synced before an answer: the
 *       arbiter's states, the definitions, the catalog of disks. {@link lockstep.disk.store.LogEnd}
 *       looks that none of it is missing.
 *   <li>{@link lockstep.disk.store.DataDirectory}: both, and the blobs, in one directory; tells
 *       what is wrong if a part is missing or corrupt, and makes checkpoints.
 *   <li>{@link lockstep.disk.store.StableFiles}: names of files that outlive a power cut.
 * </ol>
 *
 * <p>Blocks and control are two databases, not one: a write stall of the blocks must not hold up a
 * claim, and an arbiter's sync must not carry the blocks' unsynced megabytes to the disk. For the
 * same reasons who writes blocks is told of a stall ({@link lockstep.disk.store.StalledException})
 * and waits elsewhere, and blocks leave the last of the file system's space alone ({@link
 * lockstep.disk.store.SpaceGuard}).
 *
 * <p>Durability: each change is with the operating system before it is answered: a {@code kill -9}
 * of the server loses nothing. {@link lockstep.disk.store.BlockStore#sync} makes it safe from the
 * loss of the machine too.
 */
@NullMarked
package lockstep.disk.store;

import org.jspecify.annotations.NullMarked;
