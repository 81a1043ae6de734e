package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The bytes of all disks. What was never written reads as zeroes.
 *
 * <p>Disks have numbers here, not names, and no size: who calls has checked that a request lies
 * within its disk. Every method may be called on any thread; a failure of the storage is an {@link
 * IOException} whose text says what failed, {@link NoSpaceException} if that is why.
 */
public interface BlockStore {
  int BLOCK_BYTES = 4096;

  /** Fills what remains of {@code target} from {@code offset} on. */
  void read(int disk, long offset, ByteBuffer target) throws IOException;

  /**
   * Applies {@code changes} in their order, all or none, and hands them to the operating system:
   * the death of this process does not lose them.
   */
  void apply(int disk, List<Change> changes) throws IOException;

  /** Makes stable what was applied before the call. */
  void sync() throws IOException;

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

  /** Makes zeroes, and gives the space back; what TRIM and WRITE_ZEROES do. */
  record Zero(long offset, long length) implements Change {}
}
