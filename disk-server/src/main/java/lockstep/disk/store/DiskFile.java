package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A disk in a file as long as the disk. Reads and changes go side by side; a copy goes alone. */
final class DiskFile implements DiskReader {
  private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

  /** What Java says where the system said ENOSPC; it has no type for that. */
  private static final String NO_SPACE_TEXT = "No space left on device";

  private final Path path;
  private final FileChannel channel;

  /** Empty where the system has no holes: zeroes are written, and all counts as data. */
  private final Optional<SparseFile> sparse;

  private final FileSync sync = new FileSync();

  /** Whether the file system was found unable to make zeroes (tmpfs, NFS, ZFS). */
  private volatile boolean zeroesWritten;

  /** Fair, so that a copy gets its turn. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

  private DiskFile(Path path, FileChannel channel, Optional<SparseFile> sparse) {
    this.path = path;
    this.channel = channel;
    this.sparse = sparse;
  }

  static DiskFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new DiskFile(path, channel, SparseFile.open(path));
  }

  /** Makes a file, or makes it anew. */
  static DiskFile create(Path path) throws IOException {
    Files.deleteIfExists(path);
    Files.createFile(path);
    return open(path);
  }

  /** Whether the system has made zeroes by itself so far. */
  boolean zeroesFast() {
    return sparse.isPresent() && !zeroesWritten;
  }

  /** Makes it so long, with the space for all of it. */
  void allocate(long length) throws IOException {
    if (sparse.isEmpty() || !sparse.get().allocate(length)) {
      writeZeroes(channel.size(), length - channel.size());
    }
    sync.run(() -> channel.force(true));
  }

  void truncate(long length) throws IOException {
    channel.truncate(length);
    sync.run(() -> channel.force(true));
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    long at = offset;
    while (target.hasRemaining()) {
      int n = channel.read(target, at);
      if (n < 0) {
        throw new IOException(path + " is shorter than its disk");
      }
      at += n;
    }
  }

  void write(long offset, ByteBuffer data) throws IOException {
    try {
      long at = offset;
      while (data.hasRemaining()) {
        at += channel.write(data, at);
      }
    } catch (NoSpaceException e) {
      throw e;
    } catch (IOException e) {
      if (NO_SPACE_TEXT.equals(e.getMessage())) {
        throw new NoSpaceException(path + ": " + e.getMessage(), e);
      }
      throw e;
    }
  }

  void zero(BlockStore.Zero zero) throws IOException {
    if (sparse.isEmpty() || !zeroed(sparse.get(), zero)) {
      zeroesWritten = true;
      writeZeroes(zero.offset(), zero.length());
    }
  }

  private static boolean zeroed(SparseFile file, BlockStore.Zero zero) throws IOException {
    return zero.hole()
        ? file.punch(zero.offset(), zero.length())
        : file.zero(zero.offset(), zero.length());
  }

  private void writeZeroes(long offset, long length) throws IOException {
    for (long done = 0; done < length; done += ZEROES.capacity()) {
      int part = (int) Math.min(ZEROES.capacity(), length - done);
      write(offset + done, ZEROES.duplicate().limit(part));
    }
  }

  void sync() throws IOException {
    sync.run(() -> channel.force(false));
  }

  @Override
  public List<Extent> extents(long offset, long length, int countMax) throws IOException {
    if (sparse.isEmpty()) {
      return List.of(new Extent(length, false, false));
    }
    ExtentList found = new ExtentList(countMax);
    long end = offset + length;
    for (long at = offset; at < end && !found.isFull(); ) {
      long data = sparse.get().nextData(at).orElse(end);
      if (data > at) {
        found.add(Math.min(data, end) - at, true);
        at = data;
      } else {
        long hole = sparse.get().nextHole(at).orElse(end);
        found.add(Math.min(hole, end) - at, false);
        at = hole;
      }
    }
    return found.extents();
  }

  long allocatedBytes() throws IOException {
    long allocated = 0;
    long size = channel.size();
    for (long at = 0; at < size; ) {
      for (Extent extent : extents(at, size - at, Integer.MAX_VALUE)) {
        allocated += extent.hole() ? 0 : extent.length();
        at += extent.length();
      }
    }
    return allocated;
  }

  /**
   * Copies it into a new file, without its holes; stable when this returns. Through a channel of
   * its own: who interrupts a copy closes that one, and not the disk's.
   */
  void copyTo(Path target) throws IOException {
    Lock alone = lock.writeLock();
    alone.lock();
    try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(
                target,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      long size = in.size();
      for (long at = 0; at < size; ) {
        for (Extent extent : extents(at, size - at, 1)) {
          if (!extent.hole()) {
            copy(in, at, extent.length(), out);
          }
          at += extent.length();
        }
      }
      if (size > 0 && out.size() < size) {
        out.write(ByteBuffer.allocate(1), size - 1);
      }
      out.force(true);
    } finally {
      alone.unlock();
    }
  }

  private void copy(FileChannel in, long offset, long length, FileChannel out) throws IOException {
    out.position(offset);
    for (long done = 0; done < length; ) {
      long n = in.transferTo(offset + done, length - done, out);
      if (n <= 0) {
        throw new IOException(path + " could not be copied");
      }
      done += n;
    }
  }

  /**
   * Held by who changes it.
   *
   * @throws StalledException if it is being copied
   */
  Lock lockShared() throws StalledException {
    Lock shared = lock.readLock();
    try {
      if (shared.tryLock(0, TimeUnit.NANOSECONDS)) {
        return shared;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    throw new StalledException(path + " is being copied");
  }

  @Override
  public void prefetch(long offset, long length) throws IOException {
    if (sparse.isPresent()) {
      sparse.get().willNeed(offset, length);
    }
  }

  /** For readers, who share it. */
  @Override
  public void close() {}

  void closeFile() throws IOException {
    channel.close();
    if (sparse.isPresent()) {
      sparse.get().close();
    }
  }
}
