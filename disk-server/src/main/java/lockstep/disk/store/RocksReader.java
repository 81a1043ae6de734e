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
import org.rocksdb.Snapshot;

/** Reads a chain of layers, as it is at each moment or as it was when a snapshot was taken. */
final class RocksReader implements DiskReader {
  private static final int BLOCK_BYTES = BlockStore.BLOCK_BYTES;

  /** Up to this many blocks are read one by one, with their Bloom filters; more by cursors. */
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
      if (end - first <= POINT_READS_MAX) {
        fill(offset, target, (block, into) -> readBlock(layers, block, into));
      } else {
        readByCursors(layers, offset, target, end);
      }
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  /** Reads whole blocks. */
  @FunctionalInterface
  private interface BlockSource {
    void read(long block, ByteBuffer into) throws IOException, RocksDBException;
  }

  private static void fill(long offset, ByteBuffer target, BlockSource source)
      throws IOException, RocksDBException {
    long at = offset;
    while (target.hasRemaining()) {
      int length = withinBlock(at, target);
      ByteBuffer block = blockFor(target, length);
      source.read(at / BLOCK_BYTES, block);
      at += taken(block, at, target, length);
    }
  }

  /** A cursor for each layer that is asked; the upper one is made first, for what is merged. */
  private void readByCursors(int[] layers, long offset, ByteBuffer target, long end)
      throws IOException, RocksDBException {
    List<LayerCursor> cursors = new ArrayList<>();
    try {
      fill(
          offset,
          target,
          (block, into) -> {
            for (int i = 0; i < layers.length; i++) {
              if (i == cursors.size()) {
                cursors.add(new LayerCursor(rocks, blocks, options(), layers[i], block, end));
              }
              if (said(cursors.get(i).read(block, into), layers[i], block, into)) {
                return;
              }
            }
            into.put(0, ZEROES);
          });
    } finally {
      cursors.forEach(LayerCursor::close);
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

  /** Reads a block, whichever layer has it. */
  void readBlock(int[] layers, long block, ByteBuffer into) throws IOException, RocksDBException {
    for (int layer : layers) {
      if (said(get(layer, block, into), layer, block, into)) {
        return;
      }
    }
    into.put(0, ZEROES);
  }

  /**
   * Whether a layer has said what a block is, which {@code into} is then.
   *
   * @param length of what it has for the block; negative if it has nothing
   */
  private static boolean said(int length, int layer, long block, ByteBuffer into)
      throws IOException {
    if (length < 0) {
      return false;
    }
    if (BlockValue.isZero(length)) {
      into.put(0, ZEROES);
    } else {
      BlockValue.requireWhole(length, layer, block);
    }
    return true;
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
