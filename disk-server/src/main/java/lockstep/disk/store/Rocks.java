package lockstep.disk.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** An open RocksDB database with named column families, and everything native that it needs. */
final class Rocks implements AutoCloseable {
  private static final int BACKGROUND_JOBS = 2;
  private static final int OPEN_FILES_MAX = 2048;

  /**
   * Open files are divided by their numbers among so many parts, as its power of two: with the
   * usual 64 of them, one part would be full and open its files for each read, and others empty.
   */
  private static final int OPEN_FILES_SHARD_BITS = 2;

  private static final long INFO_LOG_BYTES_MAX = 1 << 20;
  private static final int INFO_LOGS_KEPT = 4;

  /** Dirty pages go to the disk in steps of this size, so that a sync finds little left to do. */
  private static final long BACKGROUND_SYNC_BYTES = 1 << 20;

  private final Path path;
  private final RocksDB db;
  private final Map<String, ColumnFamilyHandle> families = new HashMap<>();
  private final Deque<AutoCloseable> natives;

  private Rocks(Path path, RocksDB db, List<ColumnFamilyHandle> handles, Deque<AutoCloseable> all)
      throws RocksDBException {
    this.path = path;
    this.db = db;
    this.natives = all;
    for (ColumnFamilyHandle handle : handles) {
      families.put(new String(handle.getName(), StandardCharsets.UTF_8), handle);
    }
  }

  /**
   * What every database has.
   *
   * @param create whether it must be made now, or must be there
   */
  static DBOptions options(boolean create) {
    return new DBOptions()
        .setCreateIfMissing(create)
        .setErrorIfExists(create)
        .setCreateMissingColumnFamilies(create)
        .setMaxBackgroundJobs(BACKGROUND_JOBS)
        .setMaxOpenFiles(OPEN_FILES_MAX)
        .setTableCacheNumshardbits(OPEN_FILES_SHARD_BITS)
        .setBytesPerSync(BACKGROUND_SYNC_BYTES)
        .setStatsDumpPeriodSec(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(INFO_LOG_BYTES_MAX)
        .setKeepLogFileNum(INFO_LOGS_KEPT);
  }

  /**
   * Opens the database in {@code path}.
   *
   * @param create whether it must be made now, or must be there
   * @param options of the database; one of {@code natives}
   * @param natives closed after the database, last one first; closed too if opening fails
   * @param familyOptions of each column family; {@code default} is added
   * @throws IOException if another process has it open, or it is missing or corrupt
   */
  static Rocks open(
      Path path,
      boolean create,
      DBOptions options,
      Deque<AutoCloseable> natives,
      Map<String, ColumnFamilyOptions> familyOptions)
      throws IOException {
    RocksLibrary.load();
    if (!create && !Files.isDirectory(path)) {
      throw new IOException(path + " is missing: the data directory is not complete");
    }
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    ColumnFamilyOptions defaults = new ColumnFamilyOptions();
    natives.push(defaults);
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, defaults));
    familyOptions.forEach(
        (name, family) ->
            descriptors.add(
                new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), family)));
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      Files.createDirectories(path);
      RocksDB db = RocksDB.open(options, path.toString(), descriptors, handles);
      return new Rocks(path, db, handles, natives);
    } catch (RocksDBException e) {
      closeAll(natives);
      throw failure("can't open " + path, e);
    }
  }

  RocksDB db() {
    return db;
  }

  ColumnFamilyHandle family(String name) {
    return Objects.requireNonNull(families.get(name), name);
  }

  /** The same failure with a text for people. */
  IOException failure(RocksDBException cause) {
    return failure(path.toString(), cause);
  }

  private static IOException failure(String what, RocksDBException cause) {
    String text = what + ": " + cause.getMessage();
    Status status = cause.getStatus();
    if (status != null && status.getCode() == Status.Code.Incomplete) {
      return new StalledException(cause);
    }
    return status != null && status.getSubCode() == Status.SubCode.NoSpace
        ? new NoSpaceException(text, cause)
        : new IOException(text, cause);
  }

  /** Nothing may use the database any more when this is called. */
  @Override
  public void close() {
    db.cancelAllBackgroundWork(true);
    families.values().forEach(ColumnFamilyHandle::close);
    db.close();
    closeAll(natives);
  }

  private static void closeAll(Deque<AutoCloseable> natives) {
    while (!natives.isEmpty()) {
      try {
        natives.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("native objects of RocksDB close without failing", e);
      }
    }
  }
}
