package lockstep.disk.store;

import java.nio.ByteBuffer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * Reads a stretch of a layer, block after block, as the layer was when this was made. What it reads
 * does not push out of RocksDB's cache what the next lookup needs there.
 */
final class LayerCursor implements AutoCloseable {
  /** What {@link #read} says of a block that the layer leaves to those below. */
  static final int NOTHING = -1;

  /** There is no further block. */
  private static final long NONE = Long.MAX_VALUE;

  private final Slice bound;
  private final ReadOptions options;
  private final RocksIterator iterator;
  private final byte[] key = new byte[LayerKey.BYTES];

  /** The block that the iterator stands at. */
  private long at;

  /**
   * @param options closed with this
   * @param first block that is asked for, or one before
   * @param end behind the last one
   */
  LayerCursor(
      Rocks rocks, ColumnFamilyHandle blocks, ReadOptions options, int layer, long first, long end)
      throws RocksDBException {
    this.bound = new Slice(LayerKey.of(layer, end));
    this.options =
        options
            .setIterateUpperBound(bound)
            .setFillCache(false)
            .setReadaheadSize((end - first) * BlockStore.BLOCK_BYTES);
    this.iterator = rocks.db().newIterator(blocks, options);
    iterator.seek(LayerKey.of(layer, first));
    look();
  }

  /**
   * Reads what the layer says about a block; no block is asked for that lies before another.
   *
   * @return its length, or {@link #NOTHING}
   */
  int read(long block, ByteBuffer into) throws RocksDBException {
    while (at < block) {
      iterator.next();
      look();
    }
    return at == block ? iterator.value(into.duplicate()) : NOTHING;
  }

  private void look() throws RocksDBException {
    if (iterator.isValid()) {
      iterator.key(key);
      at = LayerKey.block(key);
    } else {
      iterator.status(); // the end, or a failure that must not be taken for it
      at = NONE;
    }
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    bound.close();
  }
}
