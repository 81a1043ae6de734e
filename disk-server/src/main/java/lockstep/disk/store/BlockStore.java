package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The bytes of all disks. What was never written reads as zeroes.
 *
 * <p>Disks have numbers here, not names, and who calls has checked that a request lies within its
 * disk. Every method may be called on any thread; a failure of the storage is an {@link
 * IOException} whose text says what failed, {@link NoSpaceException} if that is why.
 */
public interface BlockStore extends AutoCloseable {
  int BLOCK_BYTES = 4096;

  // What is done to the bytes of a disk.

  /** Reads the disk as it is at each moment. */
  DiskReader live(int disk);

  /** Reads the disk as it is now: what is changed later is not seen. Must be closed. */
  DiskReader frozen(int disk) throws IOException;

  /**
   * Applies {@code changes} in their order, and hands them to the operating system: the death of
   * this process does not lose them. If it dies before this has returned, each aligned block is as
   * before or as after one of the changes.
   *
   * @throws StalledException if they can't be taken now; the same changes may be applied again
   */
  void apply(int disk, List<Change> changes) throws IOException;

  /** Whether a {@link Zero} takes less time than a {@link Write}. */
  boolean zeroesFast();

  /** Makes stable what was applied to the disk before the call. */
  void sync(int disk) throws IOException;

  /** Disks that are synced together have the same number here. */
  int syncDomain(int disk);

  // The lives of disks. What these do is stable when they return.

  /** Makes a disk of zeroes. One that was made before and never became known is replaced. */
  void create(int disk, long sizeBytes) throws IOException;

  /** Makes {@code copy} a disk that is equal to {@code source} as it is now. */
  void fork(int source, int copy) throws IOException;

  /** Changes a disk's size; what is beyond the new end is lost. Nobody may be using it. */
  void resize(int disk, long oldBytes, long newBytes) throws IOException;

  /** Removes a disk and gives its space back, now or soon. Nobody may be using it. */
  void delete(int disk) throws IOException;

  /** The disks that were made and not deleted. */
  Set<Integer> disks() throws IOException;

  /** About how much of the storage the disk takes; what it shares with others counts for each. */
  long allocatedBytes(int disk) throws IOException;

  /**
   * Copies the whole store into {@code directory}, which must not exist, while it is in use; the
   * copy is as the store was at one moment.
   */
  void checkpoint(Path directory) throws IOException;

  /** Nothing may use the store any more when this is called. */
  @Override
  void close();

  /** A change of a disk. */
  sealed interface Change {
    long offset();

    /** Bytes that are changed. */
    long length();
  }

  /** Writes what remains of {@code data}, which is left as it is. */
  record Write(long offset, ByteBuffer data) implements Change {
    @Override
    public long length() {
      return data.remaining();
    }
  }

  /**
   * Makes zeroes.
   *
   * @param hole whether their space is given back; otherwise they count as written, as far as the
   *     store can provide for that
   */
  record Zero(long offset, long length, boolean hole) implements Change {}
}
