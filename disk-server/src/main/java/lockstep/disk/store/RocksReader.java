package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** Reads a chain of layers, as it is at each moment or as it was when a snapshot was taken. */
final class RocksReader implements DiskReader {
  private static final int BLOCK_BYTES = BlockStore.BLOCK_BYTES;

  /** Up to this many blocks are read one by one, with their Bloom filters; more by iterator. */
  private static final int POINT_READS_MAX = 4;

  /**
   * Extents are told in steps of this many blocks, aligned: to look at every block would mean to
   * read it.
   */
  private static final int EXTENT_BLOCKS = 16;

  /** One call looks at so much, aligned: it may have to pass a key, or more, for each block. */
  private static final long EXTENTS_BYTES_MAX = 32L << 20;

  private static final byte[] ZEROES = new byte[BLOCK_BYTES];

  private final Rocks rocks;
  private final ColumnFamilyHandle blocks;
  private final Supplier<int[]> chain;
  private final Optional<Snapshot> snapshot;
  private final ReadOptions points;

  RocksReader(
      Rocks rocks, ColumnFamilyHandle blocks, Supplier<int[]> chain, Optional<Snapshot> snapshot) {
    this.rocks = rocks;
    this.blocks = blocks;
    this.chain = chain;
    this.snapshot = snapshot;
    this.points = options();
  }

  private ReadOptions options() {
    ReadOptions options = new ReadOptions();
    snapshot.ifPresent(options::setSnapshot);
    return options;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    long first = offset / BLOCK_BYTES;
    long end = (offset + target.remaining() + BLOCK_BYTES - 1) / BLOCK_BYTES;
    int[] layers = chain.get();
    try {
      if (layers.length > 1 || end - first <= POINT_READS_MAX) {
        readByPoints(layers, offset, target);
      } else {
        readByIterator(layers[0], offset, target, end);
      }
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  private void readByPoints(int[] layers, long offset, ByteBuffer target)
      throws IOException, RocksDBException {
    long at = offset;
    while (target.hasRemaining()) {
      int length = withinBlock(at, target);
      ByteBuffer block = blockFor(target, length);
      readBlock(layers, at / BLOCK_BYTES, block);
      at += taken(block, at, target, length);
    }
  }

  private void readByIterator(int layer, long offset, ByteBuffer target, long end)
      throws IOException, RocksDBException {
    try (Slice bound = new Slice(LayerKey.of(layer, end));
        ReadOptions bounded = options().setIterateUpperBound(bound);
        RocksIterator iterator = rocks.db().newIterator(blocks, bounded)) {
      iterator.seek(LayerKey.of(layer, offset / BLOCK_BYTES));
      long at = offset;
      while (target.hasRemaining()) {
        int length = withinBlock(at, target);
        ByteBuffer block = blockFor(target, length);
        takeBlock(iterator, layer, at / BLOCK_BYTES, block);
        at += taken(block, at, target, length);
      }
      iterator.status();
    }
  }

  /** How many bytes of the block that {@code at} lies in are wanted. */
  private static int withinBlock(long at, ByteBuffer target) {
    return Math.min(BLOCK_BYTES - (int) (at % BLOCK_BYTES), target.remaining());
  }

  /** Where a block is read to: where it is wanted, if it is wanted whole. */
  private static ByteBuffer blockFor(ByteBuffer target, int length) {
    return length == BLOCK_BYTES
        ? target.slice(target.position(), BLOCK_BYTES)
        : ByteBuffer.allocate(BLOCK_BYTES);
  }

  private static int taken(ByteBuffer block, long at, ByteBuffer target, int length) {
    if (length < BLOCK_BYTES) {
      target.put(target.position(), block, (int) (at % BLOCK_BYTES), length);
    }
    target.position(target.position() + length);
    return length;
  }

  /** Takes a block from an iterator that stands at it or behind it. */
  private static void takeBlock(RocksIterator iterator, int layer, long number, ByteBuffer into)
      throws IOException, RocksDBException {
    if (iterator.isValid()) {
      byte[] key = new byte[LayerKey.BYTES];
      iterator.key(key);
      if (LayerKey.block(key) == number) {
        int length = iterator.value(into.duplicate());
        iterator.next();
        if (!BlockValue.isZero(length)) {
          BlockValue.requireWhole(length, layer, number);
          return;
        }
      }
    } else {
      // The end, or a failure that must not be taken for it.
      iterator.status();
    }
    into.put(0, ZEROES);
  }

  /** Reads a block, whichever layer has it. */
  void readBlock(int[] layers, long number, ByteBuffer into) throws IOException, RocksDBException {
    for (int layer : layers) {
      int length = get(layer, number, into);
      if (length >= 0) {
        if (BlockValue.isZero(length)) {
          break;
        }
        BlockValue.requireWhole(length, layer, number);
        return;
      }
    }
    into.put(0, ZEROES);
  }

  /** Length of what the layer has for a block; negative if it has nothing. */
  private int get(int layer, long number, ByteBuffer into) throws RocksDBException {
    if (into.isDirect()) {
      return rocks.db().get(blocks, points, LayerKey.direct(layer, number), into.duplicate());
    }
    byte[] key = LayerKey.of(layer, number);
    int at = into.arrayOffset();
    return rocks.db().get(blocks, points, key, 0, key.length, into.array(), at, BLOCK_BYTES);
  }

  @Override
  public List<Extent> extents(long offset, long length, int countMax) throws IOException {
    long lookedAt = offset / EXTENTS_BYTES_MAX * EXTENTS_BYTES_MAX + EXTENTS_BYTES_MAX;
    long end = Math.min(offset + length, lookedAt);
    List<LayerScan> layers = new ArrayList<>();
    try {
      long endBlock = (end + BLOCK_BYTES - 1) / BLOCK_BYTES;
      for (int layer : chain.get()) {
        layers.add(new LayerScan(rocks, blocks, options(), layer, offset / BLOCK_BYTES, endBlock));
      }
      return extents(layers, offset, end, countMax);
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    } finally {
      layers.forEach(LayerScan::close);
    }
  }

  private static List<Extent> extents(List<LayerScan> layers, long offset, long end, int countMax)
      throws RocksDBException {
    ExtentList found = new ExtentList(countMax);
    long at = offset;
    while (at < end && !found.isFull()) {
      long next = LayerScan.NONE;
      for (LayerScan layer : layers) {
        next = Math.min(next, layer.nextData(at / BLOCK_BYTES));
      }
      long dataFrom =
          next == LayerScan.NONE ? end : next / EXTENT_BLOCKS * EXTENT_BLOCKS * BLOCK_BYTES;
      if (dataFrom > at) {
        found.add(dataFrom - at, true);
        at = dataFrom;
      } else {
        long dataEnd = Math.min(dataFrom + (long) EXTENT_BLOCKS * BLOCK_BYTES, end);
        found.add(dataEnd - at, false);
        at = dataEnd;
      }
    }
    return found.extents();
  }

  @Override
  public void prefetch(long offset, long length) throws IOException {
    read(offset, ByteBuffer.allocate((int) length));
  }

  @Override
  public void close() {
    points.close();
    snapshot.ifPresent(
        taken -> {
          rocks.db().releaseSnapshot(taken);
          taken.close();
        });
  }
}
