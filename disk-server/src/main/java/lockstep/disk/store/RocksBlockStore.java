package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Blocks of 4 KiB in RocksDB; key: disk number (4 bytes), block number (8 bytes), big endian.
 *
 * <p>RocksDB verifies its checksums with every read. Changes of one disk take turns, so that two
 * partial writes of one block don't lose each other; reads go beside them.
 */
final class RocksBlockStore implements BlockStore, AutoCloseable {
  private static final String BLOCKS = "blocks";
  private static final int KEY_BYTES = Integer.BYTES + Long.BYTES;

  // The memory bound: cache, write buffers (one being filled, the others being written out).
  private static final long CACHE_BYTES = 48L << 20;
  private static final long WRITE_BUFFER_BYTES = 16L << 20;
  private static final int WRITE_BUFFERS_MAX = 4;

  private static final int TABLE_BLOCK_BYTES = 16 << 10;
  private static final double BLOOM_BITS_PER_KEY = 10;

  /** Writers are held up late: a stall would hold up a claim too. */
  private static final int LEVEL0_SLOWDOWN = 40;

  private static final int LEVEL0_STOP = 60;

  /** Up to this many blocks are read one by one, with their Bloom filters; more by iterator. */
  private static final int POINT_READS_MAX = 4;

  private static final int LOCKS = 64;
  private static final byte[] ZEROES = new byte[BLOCK_BYTES];

  private final Rocks rocks;
  private final ColumnFamilyHandle blocks;
  private final ReadOptions readOptions = new ReadOptions();
  private final WriteOptions writeOptions = new WriteOptions();
  private final Object[] locks = new Object[LOCKS];

  private RocksBlockStore(Rocks rocks) {
    this.rocks = rocks;
    this.blocks = rocks.family(BLOCKS);
    Arrays.setAll(locks, _ -> new Object());
  }

  static RocksBlockStore open(Path path, boolean create) throws IOException {
    Deque<AutoCloseable> natives = new ArrayDeque<>();
    LRUCache cache = new LRUCache(CACHE_BYTES);
    natives.push(cache);
    BloomFilter bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
    natives.push(bloom);
    ColumnFamilyOptions options =
        new ColumnFamilyOptions()
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setBlockSize(TABLE_BLOCK_BYTES)
                    .setFilterPolicy(bloom)
                    .setCacheIndexAndFilterBlocks(true)
                    .setPinL0FilterAndIndexBlocksInCache(true))
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setMaxWriteBufferNumber(WRITE_BUFFERS_MAX)
            .setLevel0SlowdownWritesTrigger(LEVEL0_SLOWDOWN)
            .setLevel0StopWritesTrigger(LEVEL0_STOP)
            .setLevelCompactionDynamicLevelBytes(true)
            .setCompressionType(CompressionType.LZ4_COMPRESSION);
    natives.push(options);
    return new RocksBlockStore(Rocks.open(path, create, natives, Map.of(BLOCKS, options)));
  }

  @Override
  public void read(int disk, long offset, ByteBuffer target) throws IOException {
    long firstBlock = offset / BLOCK_BYTES;
    long endBlock = (offset + target.remaining() + BLOCK_BYTES - 1) / BLOCK_BYTES;
    try {
      if (endBlock - firstBlock <= POINT_READS_MAX) {
        readByPoints(disk, offset, target);
      } else {
        readByIterator(disk, offset, target, endBlock);
      }
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  private void readByPoints(int disk, long offset, ByteBuffer target)
      throws IOException, RocksDBException {
    byte[] block = new byte[BLOCK_BYTES];
    long at = offset;
    while (target.hasRemaining()) {
      readBlock(disk, at / BLOCK_BYTES, block);
      at += copy(block, at, target);
    }
  }

  private void readByIterator(int disk, long offset, ByteBuffer target, long endBlock)
      throws IOException, RocksDBException {
    byte[] key = new byte[KEY_BYTES];
    byte[] block = new byte[BLOCK_BYTES];
    try (Slice end = new Slice(key(disk, endBlock));
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(end);
        RocksIterator iterator = rocks.db().newIterator(blocks, bounded)) {
      iterator.seek(key(disk, offset / BLOCK_BYTES));
      long at = offset;
      while (target.hasRemaining()) {
        long wanted = at / BLOCK_BYTES;
        byte[] found = ZEROES;
        if (iterator.isValid()) {
          iterator.key(key);
          if (ByteBuffer.wrap(key).getLong(Integer.BYTES) == wanted) {
            requireWhole(iterator.value(block), disk, wanted);
            found = block;
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

  private void readBlock(int disk, long number, byte[] into) throws IOException, RocksDBException {
    byte[] key = key(disk, number);
    int length = rocks.db().get(blocks, readOptions, key, 0, KEY_BYTES, into, 0, into.length);
    if (length < 0) {
      Arrays.fill(into, (byte) 0);
    } else {
      requireWhole(length, disk, number);
    }
  }

  private static void requireWhole(int length, int disk, long number) throws IOException {
    if (length != BLOCK_BYTES) {
      throw new IOException("block " + number + " of disk " + disk + " has " + length + " bytes");
    }
  }

  @Override
  public void apply(int disk, List<Change> changes) throws IOException {
    synchronized (locks[disk % LOCKS]) {
      BlockChanges wanted =
          new BlockChanges(
              (number, into) -> {
                try {
                  readBlock(disk, number, into);
                } catch (RocksDBException e) {
                  throw rocks.failure(e);
                }
              });
      for (Change change : changes) {
        wanted.add(change);
      }
      try (WriteBatch batch = new WriteBatch()) {
        for (BlockChanges.Range range : wanted.zeroed()) {
          batch.deleteRange(blocks, key(disk, range.first()), key(disk, range.end()));
        }
        for (Map.Entry<Long, byte[]> block : wanted.blocks().entrySet()) {
          byte[] key = key(disk, block.getKey());
          if (Arrays.equals(block.getValue(), ZEROES)) {
            batch.delete(blocks, key);
          } else {
            batch.put(blocks, key, block.getValue());
          }
        }
        rocks.db().write(writeOptions, batch);
      } catch (RocksDBException e) {
        throw rocks.failure(e);
      }
    }
  }

  @Override
  public void sync() throws IOException {
    try {
      rocks.db().syncWal();
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  private static byte[] key(int disk, long block) {
    return ByteBuffer.allocate(KEY_BYTES).putInt(disk).putLong(block).array();
  }

  @Override
  public void close() {
    readOptions.close();
    writeOptions.close();
    rocks.close();
  }
}
