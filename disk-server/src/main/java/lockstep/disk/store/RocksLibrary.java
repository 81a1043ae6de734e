package lockstep.disk.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * RocksDB's native library. RocksDB unpacks it to the temporary directory at each start and removes
 * it as the JVM ends: a server ended with {@code kill -9} would leave 15 MB there each time. Here
 * it is removed as soon as it is loaded.
 */
final class RocksLibrary {
  private static boolean loaded;

  private RocksLibrary() {}

  /**
   * Loads the library, once; to be called before any other class of RocksDB is used.
   *
   * @throws UncheckedIOException if the temporary directory cannot be written
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    try {
      Path directory = Files.createTempDirectory("lockstep-rocksdb");
      try {
        NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
      } finally {
        DataDirectory.deleteTree(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack RocksDB's native library", e);
    }
    RocksDB.loadLibrary();
    loaded = true;
  }
}
