package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** How many steps one call looks at. */
  private static final int EXTENT_STEPS_MAX = 16_384;

  private static final long EXTENT_BYTES_MAX = 1L << 31;
  private static final long PREFETCH_BYTES_MAX = 4L << 20;
  private static final int PREFETCH_PART_BYTES = 256 << 10;
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
    byte[] block = new byte[BLOCK_BYTES];
    long at = offset;
    while (target.hasRemaining()) {
      readBlock(layers, at / BLOCK_BYTES, block);
      at += copy(block, at, target);
    }
  }

  private void readByIterator(int layer, long offset, ByteBuffer target, long end)
      throws IOException, RocksDBException {
    byte[] key = new byte[LayerKey.BYTES];
    byte[] block = new byte[BLOCK_BYTES];
    try (Slice bound = new Slice(LayerKey.of(layer, end));
        ReadOptions bounded = options().setIterateUpperBound(bound);
        RocksIterator iterator = rocks.db().newIterator(blocks, bounded)) {
      iterator.seek(LayerKey.of(layer, offset / BLOCK_BYTES));
      long at = offset;
      while (target.hasRemaining()) {
        long wanted = at / BLOCK_BYTES;
        byte[] found = ZEROES;
        if (iterator.isValid()) {
          iterator.key(key);
          if (LayerKey.block(key) == wanted) {
            int length = iterator.value(block);
            if (!BlockValue.isZero(length)) {
              BlockValue.requireWhole(length, layer, wanted);
              found = block;
            }
            iterator.next();
          }
        } else {
          // The end, or a failure that must not be taken for it.
          iterator.status();
        }
        at += copy(found, at, target);
      }
      iterator.status();
    }
  }

  /** Copies from the block that {@code at} lies in; returns how much. */
  private static int copy(byte[] block, long at, ByteBuffer target) {
    int within = (int) (at % BLOCK_BYTES);
    int length = Math.min(BLOCK_BYTES - within, target.remaining());
    target.put(block, within, length);
    return length;
  }

  /** Reads a block, whichever layer has it. */
  void readBlock(int[] layers, long number, byte[] into) throws IOException, RocksDBException {
    for (int layer : layers) {
      byte[] key = LayerKey.of(layer, number);
      int length = rocks.db().get(blocks, points, key, 0, key.length, into, 0, into.length);
      if (length >= 0) {
        if (BlockValue.isZero(length)) {
          break;
        }
        BlockValue.requireWhole(length, layer, number);
        return;
      }
    }
    Arrays.fill(into, (byte) 0);
  }

  @Override
  public List<Extent> extents(long offset, long length, int countMax) throws IOException {
    int[] layers = chain.get();
    List<RocksIterator> iterators = new ArrayList<>();
    try (ReadOptions options = options()) {
      for (int layer : layers) {
        iterators.add(rocks.db().newIterator(blocks, options));
        iterators.getLast().seek(LayerKey.of(layer, offset / BLOCK_BYTES));
      }
      return extents(layers, iterators, offset, Math.min(length, EXTENT_BYTES_MAX), countMax);
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    } finally {
      iterators.forEach(RocksIterator::close);
    }
  }

  private static List<Extent> extents(
      int[] layers, List<RocksIterator> iterators, long offset, long length, int countMax)
      throws RocksDBException {
    ExtentList found = new ExtentList(countMax);
    long end = offset + length;
    long at = offset;
    for (int step = 0; at < end && step < EXTENT_STEPS_MAX && !found.isFull(); step++) {
      long next = Long.MAX_VALUE;
      for (int i = 0; i < layers.length; i++) {
        next = Math.min(next, nextData(layers[i], iterators.get(i), at / BLOCK_BYTES));
      }
      long stepBlock = next == Long.MAX_VALUE ? next : next / EXTENT_BLOCKS * EXTENT_BLOCKS;
      long dataFrom = stepBlock == Long.MAX_VALUE ? end : stepBlock * BLOCK_BYTES;
      if (dataFrom > at) {
        long holeEnd = Math.min(dataFrom, end);
        found.add(holeEnd - at, true);
        at = holeEnd;
      } else {
        long dataEnd = Math.min(dataFrom + (long) EXTENT_BLOCKS * BLOCK_BYTES, end);
        found.add(dataEnd - at, false);
        at = dataEnd;
      }
    }
    return found.extents();
  }

  /** The first block from {@code block} on that this layer has bytes for. */
  private static long nextData(int layer, RocksIterator iterator, long block)
      throws RocksDBException {
    byte[] key = new byte[LayerKey.BYTES];
    byte[] none = new byte[0];
    if (iterator.isValid()) {
      iterator.key(key);
      if (java.nio.ByteBuffer.wrap(key).getInt() == layer && LayerKey.block(key) < block) {
        iterator.seek(LayerKey.of(layer, block));
      }
    }
    while (iterator.isValid()) {
      iterator.key(key);
      if (java.nio.ByteBuffer.wrap(key).getInt() != layer) {
        return Long.MAX_VALUE;
      }
      if (!BlockValue.isZero(iterator.value(none))) {
        return LayerKey.block(key);
      }
      iterator.next();
    }
    iterator.status();
    return Long.MAX_VALUE;
  }

  @Override
  public void prefetch(long offset, long length) throws IOException {
    ByteBuffer part = ByteBuffer.allocate(PREFETCH_PART_BYTES);
    long end = offset + Math.min(length, PREFETCH_BYTES_MAX);
    for (long at = offset; at < end; at += part.capacity()) {
      read(at, part.clear().limit((int) Math.min(part.capacity(), end - at)));
    }
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
