package lockstep.disk.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads one disk. Who calls has checked that a request lies within the disk. Every method may be
 * called on any thread, but none after {@link #close}.
 *
 * <p>Every method takes little time, since it is called with the fence held: {@link #extents} looks
 * at a part of what it is asked for, and who calls the others asks for little.
 */
public interface DiskReader extends AutoCloseable {

  /**
   * A stretch of a disk.
   *
   * @param length bytes, less than 2^32
   * @param hole whether it takes no space
   * @param zero whether it is known to read as zeroes
   */
  record Extent(long length, boolean hole, boolean zero) {}

  /** Fills what remains of {@code target} from {@code offset} on. */
  void read(long offset, ByteBuffer target) throws IOException;

  /**
   * How the bytes from {@code offset} on are stored: at least one extent, at most {@code countMax},
   * together at most {@code length} bytes, and fewer if that would take long. Neighbours differ.
   *
   * @param length above 0
   */
  List<Extent> extents(long offset, long length, int countMax) throws IOException;

  /** Brings these bytes nearer; they will be read soon. */
  void prefetch(long offset, long length) throws IOException;

  @Override
  void close();
}
