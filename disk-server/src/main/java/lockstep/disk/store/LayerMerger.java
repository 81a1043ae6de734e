package lockstep.disk.store;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one layer of two that are always used together, while the disks are in use: moves the upper
 * one's blocks down, some at a time. A block is moved in one step, so that whoever looks at the
 * upper layer first and at the lower one then finds it at every moment. Changes of a disk whose top
 * is being moved go to the lower layer, so that this ends.
 */
final class LayerMerger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LayerMerger.class);
  private static final int BLOCKS_AT_ONCE = 256;

  /** How long it waits when the store can't take more. */
  private static final long STALL_MILLIS = 50;

  private final Rocks rocks;
  private final Layers layers;
  private final ColumnFamilyHandle blocks;
  private final WriteOptions writeOptions = new WriteOptions().setNoSlowdown(true);
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("disk-merge").factory());
  private volatile boolean closing;

  LayerMerger(Rocks rocks, Layers layers, ColumnFamilyHandle blocks) {
    this.rocks = rocks;
    this.layers = layers;
    this.blocks = blocks;
  }

  /** There may be something to merge. */
  void wake() {
    thread.execute(this::mergeAll);
  }

  private void mergeAll() {
    try {
      boolean more = true;
      while (more && !closing) {
        try {
          more = step();
        } catch (StalledException _) {
          Thread.sleep(STALL_MILLIS);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // Nothing is lost: the next deletion, or the next start, tries again.
      LOG.error("merging layers has stopped: {}", e.getMessage());
    }
  }

  /** Moves some blocks; false if there is nothing to merge. */
  private boolean step() throws IOException {
    synchronized (layers) {
      Optional<Layers.Pair> found = layers.mergeable();
      if (found.isEmpty()) {
        return false;
      }
      Layers.Pair pair = found.get();
      Optional<Layers.Disk> disk = layers.diskOf(pair.upper());
      if (disk.isPresent()) {
        synchronized (disk.get()) {
          disk.get().drain();
          moveOrEnd(pair);
        }
      } else {
        moveOrEnd(pair); // nobody changes a layer that is no top
      }
      return true;
    }
  }

  private void moveOrEnd(Layers.Pair pair) throws IOException {
    try {
      if (!move(pair)) {
        layers.merged(pair);
      }
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    }
  }

  private boolean move(Layers.Pair pair) throws RocksDBException {
    try (Slice end = new Slice(LayerKey.of(pair.upper() + 1, 0));
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(end);
        RocksIterator upper = rocks.db().newIterator(blocks, bounded);
        WriteBatch batch = new WriteBatch()) {
      upper.seek(LayerKey.of(pair.upper(), 0));
      for (int i = 0; i < BLOCKS_AT_ONCE && upper.isValid(); i++, upper.next()) {
        byte[] from = upper.key();
        byte[] to = LayerKey.of(pair.lower(), LayerKey.block(from));
        byte[] value = upper.value();
        if (BlockValue.isHole(value.length) && pair.lowest()) {
          batch.delete(blocks, to);
        } else {
          batch.put(blocks, to, value);
        }
        batch.delete(blocks, from);
      }
      upper.status();
      rocks.db().write(writeOptions, batch);
      return batch.count() > 0;
    }
  }

  /** Stops between two steps; nothing touches the store after this returns. */
  @Override
  public void close() {
    closing = true;
    StorageThreads.finish(thread);
    writeOptions.close();
  }
}
