package lockstep.disk.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * A disk's file as it was at one moment, while it is written on: who is about to change a part of
 * it first copies that part aside, into a sparse file as long as the disk that has no name any
 * more. Who writes never waits for who reads, and never fails because of it: if a part can't be
 * kept, this is broken, and all that read it are told so.
 *
 * <p>A reader looks where a chunk is, reads, and looks again: a chunk that has been copied
 * meanwhile may have been read amid its change.
 */
final class FrozenFile implements DiskReader {
  static final int CHUNK_BYTES = 16 << 10;

  /** Each connection's thread keeps a buffer of the system's for as much. */
  private static final int ASIDE_BYTES = 64 << 10;

  private static final int COPY_BYTES = 1 << 20;

  /** Of which it is looked up at once whether they were kept. */
  private static final long RUN_BYTES_MAX = 1L << 30;

  /** Bytes that are all in the disk's file, or all aside. */
  private record Run(boolean kept, long length) {}

  private final DiskFile disk;
  private final long sizeBytes;
  private final SpaceGuard space;

  /** Reads the disk: who is interrupted while reading closes this one, and not the disk's own. */
  private final FileChannel own;

  private final DiskFile aside;

  /** The chunks that are aside. Guarded by this, as the rest. */
  private final ChunkSet kept = new ChunkSet();

  private Optional<IOException> broken = Optional.empty();
  private boolean closed;

  private FrozenFile(
      DiskFile disk, long sizeBytes, SpaceGuard space, FileChannel own, DiskFile aside) {
    this.disk = disk;
    this.sizeBytes = sizeBytes;
    this.space = space;
    this.own = own;
    this.aside = aside;
  }

  /**
   * Prepares one. It is frozen, and must be closed, once the disk knows it ({@link
   * DiskFile#freezeTogether}).
   *
   * @param asidePath for a file that has lost its name when this returns
   */
  static FrozenFile prepare(DiskFile disk, Path asidePath, SpaceGuard space) throws IOException {
    FileChannel own = FileChannel.open(disk.path(), StandardOpenOption.READ);
    try {
      long sizeBytes = own.size();
      DiskFile aside = DiskFile.create(asidePath);
      try (RandomAccessFile file = new RandomAccessFile(asidePath.toFile(), "rw")) {
        file.setLength(sizeBytes);
      }
      Files.delete(asidePath);
      return new FrozenFile(disk, sizeBytes, space, own, aside);
    } catch (IOException e) {
      own.close();
      throw e;
    }
  }

  DiskFile disk() {
    return disk;
  }

  // For who changes the disk, and holds its lock.

  /** These bytes are about to be changed. */
  synchronized void keep(long offset, long length) {
    if (closed || broken.isPresent()) {
      return;
    }
    long end = chunkEnd(Math.min(offset + length, sizeBytes));
    try {
      for (long at = offset / CHUNK_BYTES; at < end; ) {
        long runEnd = kept.runEnd(at, end);
        if (!kept.contains(at)) {
          copyAside(at * CHUNK_BYTES, Math.min(runEnd * CHUNK_BYTES, sizeBytes));
          kept.add(at, runEnd);
        }
        at = runEnd;
      }
    } catch (IOException e) {
      broken = Optional.of(e);
      giveBack();
    }
  }

  private static long chunkEnd(long offset) {
    return (offset + CHUNK_BYTES - 1) / CHUNK_BYTES;
  }

  /** Holes are holes there too. */
  private void copyAside(long from, long end) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(end - from, ASIDE_BYTES));
    for (long at = from; at < end; ) {
      for (Extent extent : disk.extents(at, end - at, 1)) {
        long dataEnd = extent.hole() ? at : at + extent.length();
        for (long part = at; part < dataEnd; part += buffer.limit()) {
          buffer.clear().limit((int) Math.min(buffer.capacity(), dataEnd - part));
          if (space.isShort(buffer.limit())) {
            throw new NoSpaceException("too little space to keep what " + disk.path() + " was");
          }
          disk.read(part, buffer);
          aside.write(part, buffer.flip());
        }
        at += extent.length();
      }
    }
  }

  /** Nobody can read what was kept any more. */
  private void giveBack() {
    kept.clear();
    try {
      aside.truncate(0);
    } catch (IOException _) {
      // It has no name: its space comes back when it is closed.
    }
  }

  // For readers.

  private synchronized Run run(long offset, long length) throws IOException {
    requireWhole();
    long first = offset / CHUNK_BYTES;
    long end = chunkEnd(offset + Math.min(length, RUN_BYTES_MAX));
    long runEnd = kept.runEnd(first, end);
    return new Run(kept.contains(first), Math.min(runEnd * CHUNK_BYTES - offset, length));
  }

  /** Whether these bytes have not been changed yet. */
  private synchronized boolean isUnchanged(long offset, long length) throws IOException {
    requireWhole();
    long first = offset / CHUNK_BYTES;
    long end = chunkEnd(offset + length);
    return !kept.contains(first) && kept.runEnd(first, end) == end;
  }

  private void requireWhole() throws IOException {
    if (broken.isPresent()) {
      throw new IOException(
          disk.path() + " as it was is lost: " + broken.get().getMessage(), broken.get());
    }
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    long at = offset;
    while (target.hasRemaining()) {
      Run run = run(at, target.remaining());
      ByteBuffer part = target.slice(target.position(), (int) run.length);
      if (run.kept) {
        aside.read(at, part);
      } else {
        DiskFile.readFully(own, disk.path(), at, part);
      }
      if (run.kept || isUnchanged(at, run.length)) {
        at += run.length;
        target.position(target.position() + (int) run.length);
      }
    }
  }

  @Override
  public List<Extent> extents(long offset, long length, int countMax) throws IOException {
    ExtentList found = new ExtentList(countMax);
    long end = offset + length;
    for (long at = offset; at < end && !found.isFull(); ) {
      Run run = run(at, end - at);
      List<Extent> extents = (run.kept ? aside : disk).extents(at, run.length, countMax);
      if (run.kept || isUnchanged(at, run.length)) {
        for (Extent extent : extents) {
          found.add(extent.length(), extent.hole());
          at += extent.length();
        }
      }
    }
    return found.extents();
  }

  @Override
  public void prefetch(long offset, long length) throws IOException {
    disk.prefetch(offset, length);
  }

  /** Copies all of it into a new file, without its holes; stable when this returns. */
  void copyTo(Path target) throws IOException {
    try (FileChannel out =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
      for (long at = 0; at < sizeBytes; ) {
        for (Extent extent : extents(at, Math.min(sizeBytes - at, RUN_BYTES_MAX), 1)) {
          if (!extent.hole()) {
            copy(at, extent.length(), out, buffer);
          }
          at += extent.length();
        }
      }
      if (sizeBytes > 0 && out.size() < sizeBytes) {
        out.write(ByteBuffer.allocate(1), sizeBytes - 1);
      }
      out.force(true);
    }
  }

  private void copy(long offset, long length, FileChannel out, ByteBuffer buffer)
      throws IOException {
    for (long done = 0; done < length; done += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
      if (space.isShort(buffer.limit())) {
        throw new NoSpaceException("too little space to copy " + disk.path());
      }
      read(offset + done, buffer);
      buffer.flip();
      while (buffer.hasRemaining()) {
        out.write(buffer, offset + done + buffer.position());
      }
    }
  }

  /** It may have been frozen or not. */
  @Override
  public void close() {
    disk.thaw(this);
    synchronized (this) {
      closed = true;
    }
    try {
      own.close();
      aside.closeFile();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
