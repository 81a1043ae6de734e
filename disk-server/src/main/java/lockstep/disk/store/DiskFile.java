package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A disk in a file as long as the disk. Reads and changes go side by side. It can be frozen at a
 * moment: what it was then is kept aside while it changes ({@link FrozenFile}).
 */
final class DiskFile implements DiskReader {
  private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

  /** What Java says where the system said ENOSPC, EDQUOT or EFBIG; it has no type for that. */
  private static final Set<String> NO_SPACE_TEXTS =
      Set.of("No space left on device", "Disk quota exceeded", "File too large");

  /** So many may see it as it was at moments of theirs: each costs who writes. */
  private static final int FROZEN_MAX = 16;

  private final Path path;
  private final FileChannel channel;

  /** Empty where the system has no holes: zeroes are written, and all counts as data. */
  private final Optional<SparseFile> sparse;

  private final FileSync sync = new FileSync();

  /** Whether the file system was found unable to make zeroes (tmpfs, NFS, ZFS). */
  private volatile boolean zeroesWritten;

  /** Held shared by who changes it. Fair, so that who freezes it gets its turn. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

  /** Who is to be asked before a change. */
  private final List<FrozenFile> frozen = new CopyOnWriteArrayList<>();

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

  Path path() {
    return path;
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
    readFully(channel, path, offset, target);
  }

  /**
   * @param path for the text of a failure
   */
  static void readFully(FileChannel channel, Path path, long offset, ByteBuffer target)
      throws IOException {
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
    keepAside(offset, data.remaining());
    try {
      long at = offset;
      while (data.hasRemaining()) {
        at += channel.write(data, at);
      }
    } catch (IOException e) {
      throw isForLackOfSpace(e) ? new NoSpaceException(path + ": " + e.getMessage(), e) : e;
    }
  }

  /** The text is in the user's language: so the space is looked at, too. */
  private boolean isForLackOfSpace(IOException failure) throws IOException {
    return NO_SPACE_TEXTS.contains(String.valueOf(failure.getMessage()))
        || Files.getFileStore(path.resolveSibling(".")).getUsableSpace() < BlockStore.BLOCK_BYTES;
  }

  private void keepAside(long offset, long length) {
    if (!frozen.isEmpty()) {
      frozen.forEach(view -> view.keep(offset, length));
    }
  }

  void zero(BlockStore.Zero zero) throws IOException {
    keepAside(zero.offset(), zero.length());
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

  /** What has been written and not been given back. */
  long dataBytes() throws IOException {
    long data = 0;
    long size = channel.size();
    for (long at = 0; at < size; ) {
      for (Extent extent : extents(at, size - at, Integer.MAX_VALUE)) {
        data += extent.hole() ? 0 : extent.length();
        at += extent.length();
      }
    }
    return data;
  }

  /** What it takes of the file system, with what was only reserved. */
  long allocatedBytes() throws IOException {
    return sparse.isPresent() ? sparse.get().allocatedBytes() : channel.size();
  }

  /** Whether these bytes can be written without taking more space. */
  boolean hasSpaceFor(long offset, long length) throws IOException {
    if (sparse.isEmpty() || sparse.get().allocatedBytes() >= channel.size()) {
      return true;
    }
    // What was reserved and never written counts as a hole here, and is told to clients as one.
    return sparse.get().nextHole(offset).orElse(Long.MAX_VALUE) >= offset + length;
  }

  /**
   * From now on these keep what their disks are: all at one moment.
   *
   * @throws IOException if one has too many already; none is frozen then
   */
  static void freezeTogether(List<FrozenFile> views) throws IOException {
    List<Lock> held = new ArrayList<>();
    try {
      for (FrozenFile view : views) {
        held.add(view.disk().lock.writeLock());
        held.getLast().lock();
        if (view.disk().frozen.size() >= FROZEN_MAX) {
          throw new IOException(view.disk().path + " is read as it was at too many moments");
        }
      }
      views.forEach(view -> view.disk().frozen.add(view));
    } finally {
      held.forEach(Lock::unlock);
    }
  }

  /** Nobody reads {@code view} any more. */
  void thaw(FrozenFile view) {
    frozen.remove(view);
  }

  /**
   * Held by who changes it.
   *
   * @throws StalledException if it is about to be frozen
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
    throw new StalledException(path + " is being frozen");
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
