/**
 * What the disk server keeps, and how.
 *
 * <ol>
 *   <li>{@link lockstep.disk.store.BlockStore}: the bytes of all disks. {@link
 *       lockstep.disk.store.RocksBlockStore} keeps them in RocksDB, as blocks of 4 KiB by (disk,
 *       block number); a block of zeroes is kept as no block. The plain file as the fast path comes
 *       with the disk server's full strength.
 *   <li>{@link lockstep.disk.store.ControlStore}: what must be synced before an answer: the
 *       arbiter's states, the definitions, the list of disks.
 *   <li>{@link lockstep.disk.store.DataDirectory}: both, and the blobs, in one directory; tells
 *       what is wrong if a part is missing or corrupt.
 * </ol>
 *
 * <p>They are two RocksDB databases, not one: a write stall of the blocks must not hold up a claim,
 * and an arbiter's sync must not carry the blocks' unsynced megabytes to the disk.
 *
 * <p>Durability: each write is in the write-ahead log, and that log with the operating system,
 * before it is answered: a {@code kill -9} of the server loses nothing. {@link
 * lockstep.disk.store.BlockStore#sync} makes it safe from the loss of the machine too.
 */
@NullMarked
package lockstep.disk.store;

import org.jspecify.annotations.NullMarked;
