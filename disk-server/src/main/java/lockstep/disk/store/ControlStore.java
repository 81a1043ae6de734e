package lockstep.disk.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Small values by name, in tables; every change is on stable storage when it returns. Every method
 * may be called on any thread.
 */
public final class ControlStore implements AutoCloseable {
  private static final long WRITE_BUFFER_BYTES = 1L << 20;

  /** What is kept here. */
  public enum Table {
    /** VM name to the arbiter's state. */
    ARBITER,
    /** VM name to definition (JSON). */
    DEFINITIONS,
    /** {@code vm/disk} to what is known of it (JSON). */
    DISKS,
    /** Format and identity of the data directory. */
    META;

    String family() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Rocks rocks;
  private final WriteOptions synced = new WriteOptions().setSync(true);

  /** Held exclusively to close: a late HTTP request must not touch what is native and gone. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  private ControlStore(Rocks rocks) {
    this.rocks = rocks;
  }

  /**
   * @throws IOException also if a change that was answered may be lost: an arbiter that has
   *     forgotten a grant would give it twice
   */
  static ControlStore open(Path path, boolean create) throws IOException {
    RocksLibrary.load();
    if (!create && Files.isDirectory(path)) {
      LogEnd.check(path);
    }
    Deque<AutoCloseable> natives = new ArrayDeque<>();
    Map<String, ColumnFamilyOptions> options = new LinkedHashMap<>();
    for (Table table : Table.values()) {
      ColumnFamilyOptions family = new ColumnFamilyOptions().setWriteBufferSize(WRITE_BUFFER_BYTES);
      natives.push(family);
      options.put(table.family(), family);
    }
    // Every change was synced: only a last one that was never answered may be torn. RocksDB's
    // default would take any damage for the log's end, and drop the changes behind it.
    DBOptions database =
        Rocks.options(create).setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
    natives.push(database);
    return new ControlStore(Rocks.open(path, create, database, natives, options));
  }

  public Optional<byte[]> get(Table table, String name) throws IOException {
    return whileOpen(() -> Optional.ofNullable(rocks.db().get(family(table), bytes(name))));
  }

  /** Everything in a table, by name. */
  public Map<String, byte[]> all(Table table) throws IOException {
    return whileOpen(
        () -> {
          Map<String, byte[]> found = new LinkedHashMap<>();
          try (RocksIterator iterator = rocks.db().newIterator(family(table))) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
              found.put(new String(iterator.key(), StandardCharsets.UTF_8), iterator.value());
            }
            iterator.status();
          }
          return found;
        });
  }

  public void put(Table table, String name, byte[] value) throws IOException {
    put(Map.of(table, Map.of(name, value)));
  }

  /** Puts all or nothing. */
  public void put(Map<Table, Map<String, byte[]>> values) throws IOException {
    put(values, Map.of());
  }

  /** Puts values and removes others, all or nothing. */
  public void put(Map<Table, Map<String, byte[]>> values, Map<Table, Set<String>> removed)
      throws IOException {
    int _ =
        whileOpen(
            () -> {
              try (WriteBatch batch = new WriteBatch()) {
                for (Map.Entry<Table, Map<String, byte[]>> table : values.entrySet()) {
                  for (Map.Entry<String, byte[]> value : table.getValue().entrySet()) {
                    batch.put(family(table.getKey()), bytes(value.getKey()), value.getValue());
                  }
                }
                for (Map.Entry<Table, Set<String>> table : removed.entrySet()) {
                  for (String name : table.getValue()) {
                    batch.delete(family(table.getKey()), bytes(name));
                  }
                }
                rocks.db().write(synced, batch);
                return batch.count();
              }
            });
  }

  /** Copies the store into {@code directory}, which must not exist, as it is now. */
  void checkpoint(Path directory) throws IOException {
    Path _ =
        whileOpen(
            () -> {
              try (Checkpoint checkpoint = Checkpoint.create(rocks.db())) {
                checkpoint.createCheckpoint(directory.toString());
              }
              return directory;
            });
  }

  @FunctionalInterface
  private interface DatabaseAction<T> {
    T run() throws RocksDBException;
  }

  private <T> T whileOpen(DatabaseAction<T> action) throws IOException {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IOException("the store is closed");
      }
      return action.run();
    } catch (RocksDBException e) {
      throw rocks.failure(e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private ColumnFamilyHandle family(Table table) {
    return rocks.family(table.family());
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      synced.close();
      rocks.close();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
