package lockstep.disk.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the last of the file system's space from the blocks: what is left is for the arbiter's
 * records, and for merging what makes space again. So a full disk is a writer's error and nothing
 * worse. May be used on any thread.
 */
final class SpaceGuard {
  /** Kept free, but not more than a part of the file system. */
  private static final long RESERVE_BYTES = 256L << 20;

  private static final int RESERVE_PART = 8;

  /** A byte that is written may take so many for a while: log, table, blob, merged blob. */
  private static final int BYTES_PER_BYTE = 4;

  /** The space is looked up again when so much of it may have been used. */
  private static final long LOOK_BYTES = 4L << 20;

  private final Path path;
  private final FileStore store;
  private final long reserveBytes;

  /** What may be written until the next look; counts down. */
  private final AtomicLong budget = new AtomicLong();

  SpaceGuard(Path path) throws IOException {
    this.path = path;
    this.store = Files.getFileStore(path);
    this.reserveBytes = Math.min(RESERVE_BYTES, store.getTotalSpace() / RESERVE_PART);
  }

  /**
   * Something of this length is about to be written.
   *
   * @throws NoSpaceException if too little is free
   */
  void use(long bytes) throws IOException {
    if (isShort(bytes * BYTES_PER_BYTE)) {
      throw full();
    }
  }

  /** What is said when writing so much would need more than there is. */
  NoSpaceException full() {
    return new NoSpaceException(
        path + ": the file system is full but for " + reserveBytes + " bytes kept in reserve");
  }

  /** Whether taking so much more would take of the reserve; it counts as taken otherwise. */
  boolean isShort(long bytes) throws IOException {
    if (budget.addAndGet(-bytes) >= 0) {
      return false;
    }
    long free = store.getUsableSpace() - reserveBytes;
    if (free < bytes) {
      return true;
    }
    budget.set(Math.min(free, LOOK_BYTES) - bytes);
    return false;
  }

  /**
   * A file of this length is about to be allocated.
   *
   * @throws NoSpaceException if too little is free for it
   */
  void allocate(long bytes) throws IOException {
    if (store.getUsableSpace() - reserveBytes < bytes) {
      throw new NoSpaceException(path + ": not enough space for " + bytes + " bytes");
    }
  }
}
