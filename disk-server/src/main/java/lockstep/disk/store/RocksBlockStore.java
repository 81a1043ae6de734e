package lockstep.disk.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Checkpoint;
import org.rocksdb.ChecksumType;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Range;
import org.rocksdb.RocksDBException;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.WriteOptions;

/**
 * Blocks of 4 KiB in RocksDB, in {@link Layers}; space is taken as it is written.
 *
 * <p>A full write buffer becomes a table with its blocks. One that others don't overlap, as long
 * writes make them, stays as it is: it is read fastest. Where tables are merged, their blocks move
 * to blob files, and what RocksDB sorts and merges from then on are only references of some 30
 * bytes: so random writes are written some 4 times, on a disk of any size, and an index finds room
 * in memory. RocksDB verifies its checksums with every read.
 *
 * <p>Each change is in the write-ahead log, and that with the operating system, before it is
 * answered; {@link #sync} makes the log stable. Logs are used again, so that this does not wait for
 * the file system's journal. Changes of one disk take turns, so that two partial writes of one
 * block don't lose each other; reads go beside them.
 */
final class RocksBlockStore implements BlockStore {
  private static final String BLOCKS = "blocks";
  private static final String LAYERS = "layers";

  // Of the memory that the store may take: write buffers, of which one is being filled and the
  // others written out; the rest caches tables, their indexes and filters.
  private static final int WRITE_BUFFERS_MAX = 4;
  private static final int BUFFERS_PART = 2;
  private static final int CACHE_SHARD_BITS = -1; // by its size

  /** Of the cache; blocks that are read do not push indexes and filters out of that. */
  private static final double CACHE_INDEX_PART = 0.5;

  private static final long LAYERS_BUFFER_BYTES = 1L << 20;

  /**
   * Four blocks and more: what is read in sequence costs half of what it costs by one at a time.
   */
  private static final int TABLE_BLOCK_BYTES = 16 << 10;

  private static final double BLOOM_BITS_PER_KEY = 10;
  private static final long TABLE_BYTES = 4L << 20;
  private static final long LEVEL1_BYTES = 16L << 20;

  private static final long BLOB_BYTES_MIN = 512;

  /** What a write buffer becomes has its blocks within; what is merged with other has not. */
  private static final int BLOB_LEVEL_MIN = 1;

  private static final long BLOB_FILE_BYTES = 64L << 20;

  /**
   * A table that is older than this is merged with what lies below it. Otherwise references, which
   * are small, could hide tables of blocks, which are large, for as long as a disk lives, and its
   * space would be taken twice.
   */
  private static final long TABLE_SECONDS_MAX = Duration.ofDays(1).toSeconds();

  /** Blob files are swept when this part of what the older half of them holds is garbage. */
  private static final double BLOB_GARBAGE_MAX = 0.4;

  private static final double BLOB_OLD_PART = 0.5;

  /** Writers are held up late. */
  private static final int LEVEL0_SLOWDOWN = 20;

  private static final int LEVEL0_STOP = 36;

  /** Of writers that are held up a little: as good as none, since they are few, and patient. */
  private static final long DELAYED_BYTES_PER_SECOND = 1L << 30;

  private static final long STALL_NANOS = 2_000_000;
  private static final int BACKGROUND_JOBS = 3;
  private static final int LOGS_KEPT = 4;
  private static final long LOG_BYTES_MAX = 512L << 20;

  private final Rocks rocks;
  private final ColumnFamilyHandle blocks;
  private final Layers layers;
  private final LayerMerger merger;
  private final SpaceGuard space;

  /** Who would have to wait is told so, and waits without holding up a claim. */
  private final WriteOptions writeOptions = new WriteOptions().setNoSlowdown(true);

  private RocksBlockStore(Rocks rocks, SpaceGuard space) throws IOException {
    this.space = space;
    this.rocks = rocks;
    this.blocks = rocks.family(BLOCKS);
    this.layers = new Layers(rocks, rocks.family(LAYERS), blocks);
    this.merger = new LayerMerger(rocks, layers, blocks);
    merger.wake();
  }

  /**
   * @param memoryBytes what buffers and caches may take
   */
  static RocksBlockStore open(Path path, boolean create, long memoryBytes) throws IOException {
    RocksLibrary.load();
    Deque<AutoCloseable> natives = new ArrayDeque<>();
    Map<String, ColumnFamilyOptions> families = new LinkedHashMap<>();
    families.put(BLOCKS, blockOptions(memoryBytes, natives));
    families.put(LAYERS, new ColumnFamilyOptions().setWriteBufferSize(LAYERS_BUFFER_BYTES));
    natives.push(families.get(LAYERS));
    DBOptions options =
        Rocks.options(create)
            .setMaxBackgroundJobs(BACKGROUND_JOBS)
            .setRecycleLogFileNum(LOGS_KEPT)
            .setDelayedWriteRate(DELAYED_BYTES_PER_SECOND)
            .setMaxTotalWalSize(LOG_BYTES_MAX);
    natives.push(options);
    Rocks rocks = Rocks.open(path, create, options, natives, families);
    try {
      return new RocksBlockStore(rocks, new SpaceGuard(path));
    } catch (IOException e) {
      rocks.close();
      throw e;
    }
  }

  private static ColumnFamilyOptions blockOptions(long memoryBytes, Deque<AutoCloseable> natives) {
    long bufferBytes = memoryBytes / BUFFERS_PART / WRITE_BUFFERS_MAX;
    LRUCache cache =
        new LRUCache(
            memoryBytes - bufferBytes * WRITE_BUFFERS_MAX,
            CACHE_SHARD_BITS,
            false,
            CACHE_INDEX_PART);
    natives.push(cache);
    BloomFilter bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
    natives.push(bloom);
    ColumnFamilyOptions options =
        new ColumnFamilyOptions()
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setBlockSize(TABLE_BLOCK_BYTES)
                    .setChecksumType(ChecksumType.kXXH3)
                    .setFilterPolicy(bloom)
                    .setIndexType(IndexType.kTwoLevelIndexSearch)
                    .setPartitionFilters(true)
                    .setCacheIndexAndFilterBlocks(true)
                    .setPinL0FilterAndIndexBlocksInCache(true))
            .setWriteBufferSize(bufferBytes)
            .setMaxWriteBufferNumber(WRITE_BUFFERS_MAX)
            .setLevel0SlowdownWritesTrigger(LEVEL0_SLOWDOWN)
            .setLevel0StopWritesTrigger(LEVEL0_STOP)
            .setLevelCompactionDynamicLevelBytes(true)
            .setMaxBytesForLevelBase(LEVEL1_BYTES)
            .setTargetFileSizeBase(TABLE_BYTES)
            .setTtl(TABLE_SECONDS_MAX)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setEnableBlobFiles(true)
            .setBlobFileStartingLevel(BLOB_LEVEL_MIN)
            .setMinBlobSize(BLOB_BYTES_MIN)
            .setBlobFileSize(BLOB_FILE_BYTES)
            .setEnableBlobGarbageCollection(true)
            .setBlobGarbageCollectionAgeCutoff(BLOB_OLD_PART)
            .setBlobGarbageCollectionForceThreshold(BLOB_GARBAGE_MAX);
    natives.push(options);
    return options;
  }

  @Override
  public DiskReader live(int disk) {
    Layers.Disk found = layers.disk(disk);
    return new RocksReader(rocks, blocks, found::chain, Optional.empty());
  }

  @Override
  public DiskReader frozen(int disk) {
    Layers.Disk found = layers.disk(disk);
    synchronized (found) {
      int[] chain = found.chain();
      return new RocksReader(rocks, blocks, () -> chain, Optional.of(rocks.db().getSnapshot()));
    }
  }

  @Override
  public void apply(int disk, List<Change> changes) throws IOException {
    Layers.Disk found = layers.disk(disk);
    long bytes = changes.stream().mapToLong(c -> c instanceof Write w ? w.length() : 0).sum();
    if (bytes > 0) {
      space.use(bytes);
    }
    synchronized (found) {
      try (DiskEdit edit = new DiskEdit(rocks, blocks, writeOptions, found, bytes)) {
        for (Change change : changes) {
          switch (change) {
            case Write write -> edit.write(write.offset(), write.data().duplicate());
            case Zero zero -> edit.zero(zero);
          }
        }
        edit.commit();
      } catch (RocksDBException e) {
        throw rocks.failure(e);
      }
    }
  }

  @Override
  public boolean zeroesFast() {
    return true;
  }

  @Override
  public void sync(int disk) throws IOException {
    try {
      rocks.db().syncWal();
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  /** All disks share one log. */
  @Override
  public int syncDomain(int disk) {
    return 0;
  }

  @Override
  public void create(int disk, long sizeBytes) throws IOException {
    layers.create(disk);
    sync(disk);
  }

  @Override
  public void fork(int source, int copy) throws IOException {
    layers.fork(source, copy);
    sync(copy);
  }

  @Override
  public void resize(int disk, long oldBytes, long newBytes) throws IOException {
    // When it grows, too: bytes may be left there of a cut that a crash has ended early.
    Zero between = new Zero(Math.min(oldBytes, newBytes), Math.abs(newBytes - oldBytes), true);
    // Nobody uses it, so it may wait for as long as it takes.
    while (!zeroed(disk, between)) {
      LockSupport.parkNanos(STALL_NANOS);
    }
    sync(disk);
  }

  private boolean zeroed(int disk, Zero zero) throws IOException {
    try {
      apply(disk, List.of(zero));
      return true;
    } catch (StalledException _) {
      return false;
    }
  }

  @Override
  public void delete(int disk) throws IOException {
    layers.delete(disk);
    sync(disk);
    merger.wake();
  }

  @Override
  public Set<Integer> disks() {
    return layers.numbers();
  }

  @Override
  public long allocatedBytes(int disk) {
    List<LiveFileMetaData> tables = tablesOfBlocks();
    double keys = 0;
    long buffered = 0;
    for (int layer : layers.disk(disk).chain()) {
      byte[] first = LayerKey.of(layer, 0);
      byte[] end = LayerKey.of(layer + 1, 0);
      try (Slice from = new Slice(first);
          Slice to = new Slice(end)) {
        Range range = new Range(from, to);
        long[] sizes =
            rocks
                .db()
                .getApproximateSizes(blocks, List.of(range), SizeApproximationFlag.INCLUDE_FILES);
        keys += sizes[0] * keysPerTableByte(tables, first, end);
        buffered += rocks.db().getApproximateMemTableStats(blocks, range).size;
      }
    }
    return Math.round(keys * BLOCK_BYTES) + buffered;
  }

  private List<LiveFileMetaData> tablesOfBlocks() {
    byte[] family = BLOCKS.getBytes(StandardCharsets.UTF_8);
    return rocks.db().getLiveFilesMetaData().stream()
        .filter(table -> Arrays.equals(table.columnFamilyName(), family))
        .toList();
  }

  /** Of the tables that have any of these keys: a key may stand with its block, or for a blob. */
  private static double keysPerTableByte(List<LiveFileMetaData> tables, byte[] first, byte[] end) {
    long keys = 0;
    long bytes = 0;
    for (LiveFileMetaData table : tables) {
      boolean ours =
          Arrays.compareUnsigned(table.smallestKey(), end) < 0
              && Arrays.compareUnsigned(table.largestKey(), first) >= 0;
      // RocksDB has not looked into every table since it was opened.
      if (ours && table.numEntries() > 0) {
        keys += table.numEntries() - table.numDeletions();
        bytes += table.size();
      }
    }
    return bytes == 0 ? 1.0 / BLOCK_BYTES : (double) keys / bytes;
  }

  @Override
  public void checkpoint(Path directory) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.create(rocks.db())) {
      checkpoint.createCheckpoint(directory.toString());
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  @Override
  public void close() {
    merger.close();
    layers.close();
    writeOptions.close();
    rocks.close();
  }
}
