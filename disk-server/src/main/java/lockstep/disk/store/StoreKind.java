package lockstep.disk.store;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How the blocks are kept. */
public enum StoreKind {
  /** In RocksDB: takes space as it is written, snapshots and clones at once, checksums. */
  ROCKSDB,
  /** A preallocated file for each disk: the fast path; snapshots and clones are copies. */
  FILE;

  /** As users write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Empty if there is no such store. */
  public static Optional<StoreKind> parse(String label) {
    return Stream.of(values()).filter(kind -> kind.label().equals(label)).findFirst();
  }
}
