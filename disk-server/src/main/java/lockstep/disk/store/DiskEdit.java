package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Turns changes of bytes into changes of whole blocks in a disk's layers, and writes them: together
 * where that is possible, and some at a time where they are many. Its maker holds the disk's
 * monitor.
 */
final class DiskEdit implements AutoCloseable {
  private static final int BLOCK_BYTES = BlockStore.BLOCK_BYTES;
  private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(BLOCK_BYTES);

  /** Below this number of blocks, a hole names each block; above, the range. */
  private static final long RANGE_BLOCKS_MIN = 64;

  /** Above this the batch is written. */
  private static final long BATCH_BYTES_MAX = 4L << 20;

  /** What a batch takes for a block beside its bytes, about, and for itself. */
  private static final int BLOCK_OVERHEAD_BYTES = 32;

  private static final int BATCH_OVERHEAD_BYTES = 64;

  private final Rocks rocks;
  private final ColumnFamilyHandle blocks;
  private final WriteOptions options;
  private final int[] chain;
  private final boolean draining;

  /** The layer that is written: the top, or the one below while the top is being drained. */
  private final int target;

  private final boolean lowest;
  private final WriteBatch batch;

  /** Of the batch, about. */
  private long batchBytes;

  /**
   * @param bytes that will be written, about
   */
  DiskEdit(
      Rocks rocks, ColumnFamilyHandle blocks, WriteOptions options, Layers.Disk disk, long bytes) {
    this.rocks = rocks;
    this.blocks = blocks;
    this.options = options;
    this.chain = disk.chain();
    this.draining = disk.draining();
    this.target = draining ? chain[1] : chain[0];
    this.lowest = target == chain[chain.length - 1];
    long batched = Math.min(bytes, BATCH_BYTES_MAX);
    long overhead = batched / BLOCK_BYTES * BLOCK_OVERHEAD_BYTES + BATCH_OVERHEAD_BYTES;
    this.batch = new WriteBatch((int) (batched + overhead));
  }

  void write(long offset, ByteBuffer data) throws IOException, RocksDBException {
    long at = offset;
    while (data.hasRemaining()) {
      int within = (int) (at % BLOCK_BYTES);
      int length = Math.min(BLOCK_BYTES - within, data.remaining());
      if (length == BLOCK_BYTES) {
        put(at / BLOCK_BYTES, data.slice(data.position(), BLOCK_BYTES));
      } else {
        ByteBuffer block = load(at / BLOCK_BYTES);
        block.put(within, data, data.position(), length);
        put(at / BLOCK_BYTES, block);
      }
      data.position(data.position() + length);
      at += length;
    }
  }

  void zero(BlockStore.Zero zero) throws IOException, RocksDBException {
    long offset = zero.offset();
    long end = offset + zero.length();
    long firstWhole = Math.min((offset + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES, end);
    long endWhole = Math.max(end / BLOCK_BYTES * BLOCK_BYTES, firstWhole);
    zeroPartOf(offset, firstWhole);
    if (zero.hole()) {
      punch(firstWhole / BLOCK_BYTES, endWhole / BLOCK_BYTES);
    } else {
      for (long number = firstWhole / BLOCK_BYTES; number < endWhole / BLOCK_BYTES; number++) {
        put(number, BlockValue.ZEROES);
      }
    }
    zeroPartOf(endWhole, end);
  }

  /** Zeroes bytes that lie within one block. */
  private void zeroPartOf(long from, long to) throws IOException, RocksDBException {
    if (from < to) {
      ByteBuffer block = load(from / BLOCK_BYTES);
      block.put((int) (from % BLOCK_BYTES), ZEROES, 0, (int) (to - from));
      put(from / BLOCK_BYTES, block);
    }
  }

  /** Reads a block that is changed in part, as it is after the changes so far. */
  private ByteBuffer load(long number) throws IOException, RocksDBException {
    commit();
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    try (RocksReader reader = new RocksReader(rocks, blocks, () -> chain, Optional.empty())) {
      reader.readBlock(chain, number, block);
    }
    return block;
  }

  private void put(long number, ByteBuffer block) throws RocksDBException {
    if (block.equals(ZEROES)) {
      hole(number);
    } else if (block.isDirect()) {
      batch.put(blocks, LayerKey.direct(target, number), block);
      putting(number, BLOCK_BYTES);
    } else {
      byte[] bytes = new byte[BLOCK_BYTES];
      block.get(0, bytes);
      put(number, bytes);
    }
  }

  private void put(long number, byte[] value) throws RocksDBException {
    batch.put(blocks, LayerKey.of(target, number), value);
    putting(number, value.length);
  }

  private void putting(long number, int bytes) throws RocksDBException {
    batchBytes += bytes;
    drop(number);
    commitMany();
  }

  private void hole(long number) throws RocksDBException {
    byte[] key = LayerKey.of(target, number);
    if (lowest) {
      batch.delete(blocks, key);
    } else {
      batch.put(blocks, key, BlockValue.HOLE);
    }
    putting(number, 0);
  }

  /** What the layer being drained says about a block must not hide what is said now. */
  private void drop(long number) throws RocksDBException {
    if (draining) {
      batch.delete(blocks, LayerKey.of(chain[0], number));
    }
  }

  private void punch(long first, long end) throws RocksDBException {
    if (end - first < RANGE_BLOCKS_MIN) {
      for (long number = first; number < end; number++) {
        hole(number);
      }
      return;
    }
    batch.deleteRange(blocks, LayerKey.of(target, first), LayerKey.of(target, end));
    if (draining) {
      batch.deleteRange(blocks, LayerKey.of(chain[0], first), LayerKey.of(chain[0], end));
    }
    for (int i = draining ? 2 : 1; i < chain.length; i++) {
      hide(chain[i], first, end);
    }
    commitMany();
  }

  /** Blocks of a lower layer become holes. */
  private void hide(int layer, long first, long end) throws RocksDBException {
    byte[] key = new byte[LayerKey.BYTES];
    try (Slice bound = new Slice(LayerKey.of(layer, end));
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(bound);
        RocksIterator iterator = rocks.db().newIterator(blocks, bounded)) {
      for (iterator.seek(LayerKey.of(layer, first)); iterator.isValid(); iterator.next()) {
        iterator.key(key);
        batch.put(blocks, LayerKey.of(target, LayerKey.block(key)), BlockValue.HOLE);
        commitMany();
      }
      iterator.status();
    }
  }

  private void commitMany() throws RocksDBException {
    batchBytes += BLOCK_OVERHEAD_BYTES;
    if (batchBytes >= BATCH_BYTES_MAX) {
      commit();
    }
  }

  /** Writes what has been gathered. */
  void commit() throws RocksDBException {
    if (batch.count() > 0) {
      rocks.db().write(options, batch);
      batch.clear();
      batchBytes = 0;
    }
  }

  @Override
  public void close() {
    batch.close();
  }
}
