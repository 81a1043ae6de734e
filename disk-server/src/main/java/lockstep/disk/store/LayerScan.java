package lockstep.disk.store;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** Goes through a stretch of a layer and finds the blocks that it has bytes for. */
final class LayerScan implements AutoCloseable {
  /** There is no further block with bytes. */
  static final long NONE = Long.MAX_VALUE;

  private static final byte[] NO_BYTES = {};

  private final int layer;
  private final Slice bound;
  private final ReadOptions options;
  private final RocksIterator iterator;
  private final byte[] key = new byte[LayerKey.BYTES];

  /**
   * @param options closed with this
   * @param end behind the last block that is looked at: without it, a search would pass whatever
   *     was deleted behind
   */
  LayerScan(
      Rocks rocks,
      ColumnFamilyHandle blocks,
      ReadOptions options,
      int layer,
      long first,
      long end) {
    this.layer = layer;
    this.bound = new Slice(LayerKey.of(layer, end));
    this.options = options.setIterateUpperBound(bound);
    this.iterator = rocks.db().newIterator(blocks, options);
    iterator.seek(LayerKey.of(layer, first));
  }

  /** The first block from {@code block} on that the layer has bytes for, or {@link #NONE}. */
  long nextData(long block) throws RocksDBException {
    if (iterator.isValid() && number() < block) {
      iterator.seek(LayerKey.of(layer, block));
    }
    while (iterator.isValid()) {
      if (!BlockValue.isZero(iterator.value(NO_BYTES))) {
        return number();
      }
      iterator.next();
    }
    iterator.status(); // the end, or a failure that must not be taken for it
    return NONE;
  }

  private long number() {
    iterator.key(key);
    return LayerKey.block(key);
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    bound.close();
  }
}
