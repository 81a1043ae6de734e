package lockstep.disk.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What Java's files lack, from Linux: preallocation, holes, where the data is, and what it takes.
 * One per file; may be used on any thread until it is closed.
 */
final class SparseFile implements AutoCloseable {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  // <fcntl.h>, <unistd.h>, <linux/falloc.h>, <errno.h>
  private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int FALLOC_ALLOCATE = 0;
  private static final int FALLOC_KEEP_SIZE = 1;
  private static final int FALLOC_PUNCH_HOLE = 2;
  private static final int FALLOC_ZERO_RANGE = 16;
  private static final int POSIX_FADV_WILLNEED = 3;

  // <sys/stat.h>, <linux/stat.h>: struct statx is the same everywhere.
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_BLOCKS = 0x400;
  private static final long STATX_BYTES = 256;
  private static final long STATX_BLOCKS_AT = 48;
  private static final long STATX_BLOCK_BYTES = 512;

  private static final int ENXIO = 6;
  private static final int EFBIG = 27;
  private static final int ENOSPC = 28;
  private static final int ENOSYS = 38;
  private static final int EOPNOTSUPP = 95;
  private static final int EDQUOT = 122;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /** Empty where the system is not Linux. */
  private static final Optional<Calls> CALLS = Calls.find();

  private record Calls(
      MethodHandle open,
      MethodHandle close,
      MethodHandle fallocate,
      MethodHandle lseek,
      MethodHandle fadvise,
      MethodHandle statx) {

    static Optional<Calls> find() {
      if (!System.getProperty("os.name", "").equals("Linux")) {
        return Optional.empty();
      }
      return Optional.of(
          new Calls(
              call("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT)),
              call("close", FunctionDescriptor.of(INT, INT)),
              call("fallocate", FunctionDescriptor.of(INT, INT, INT, LONG, LONG)),
              call("lseek", FunctionDescriptor.of(LONG, INT, LONG, INT)),
              call("posix_fadvise", FunctionDescriptor.of(INT, INT, LONG, LONG, INT)),
              call(
                  "statx",
                  FunctionDescriptor.of(
                      INT, INT, ValueLayout.ADDRESS, INT, INT, ValueLayout.ADDRESS))));
    }

    private static MethodHandle call(String name, FunctionDescriptor type) {
      return LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow(name), type, Linker.Option.captureCallState("errno"));
    }
  }

  private final Path path;
  private final int descriptor;

  private SparseFile(Path path, int descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /** Empty where the system has nothing of this. */
  static Optional<SparseFile> open(Path path) throws IOException {
    if (CALLS.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
      MemorySegment name = arena.allocateFrom(path.toString());
      int descriptor = (int) CALLS.get().open.invokeExact(errno, name, O_RDWR_CLOEXEC);
      if (descriptor < 0) {
        throw failure(path, "open", errno);
      }
      return Optional.of(new SparseFile(path, descriptor));
    } catch (Throwable e) {
      throw wrapped(e);
    }
  }

  // Not every file system can do these; they are false then, and nothing is done.

  /** Takes the space for the file's first {@code length} bytes, and makes it that long. */
  boolean allocate(long length) throws IOException {
    return fallocate(FALLOC_ALLOCATE, 0, length);
  }

  /** Zeroes, and gives the space back. */
  boolean punch(long offset, long length) throws IOException {
    return fallocate(FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, offset, length);
  }

  /** Zeroes, and keeps or takes the space. */
  boolean zero(long offset, long length) throws IOException {
    return fallocate(FALLOC_ZERO_RANGE | FALLOC_KEEP_SIZE, offset, length);
  }

  private boolean fallocate(int mode, long offset, long length) throws IOException {
    if (length == 0) {
      return true;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
      int result =
          (int) CALLS.orElseThrow().fallocate.invokeExact(errno, descriptor, mode, offset, length);
      int error = (int) ERRNO.get(errno, 0L);
      if (result != 0 && error != EOPNOTSUPP && error != ENOSYS) {
        throw failure(path, "fallocate", errno);
      }
      return result == 0;
    } catch (Throwable e) {
      throw wrapped(e);
    }
  }

  /** Where the first data from {@code offset} on begins; empty if there is none. */
  Optional<Long> nextData(long offset) throws IOException {
    return seek(offset, SEEK_DATA);
  }

  /** Where the first hole from {@code offset} on begins; the file's end counts as one. */
  Optional<Long> nextHole(long offset) throws IOException {
    return seek(offset, SEEK_HOLE);
  }

  private Optional<Long> seek(long offset, int whence) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
      long found = (long) CALLS.orElseThrow().lseek.invokeExact(errno, descriptor, offset, whence);
      if (found >= 0) {
        return Optional.of(found);
      }
      if ((int) ERRNO.get(errno, 0L) == ENXIO) {
        return Optional.empty();
      }
      throw failure(path, "lseek", errno);
    } catch (Throwable e) {
      throw wrapped(e);
    }
  }

  /** What the file takes, with what was allocated and not written. */
  long allocatedBytes() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
      MemorySegment none = arena.allocateFrom("");
      MemorySegment found = arena.allocate(STATX_BYTES, Long.BYTES);
      int result =
          (int)
              CALLS
                  .orElseThrow()
                  .statx
                  .invokeExact(errno, descriptor, none, AT_EMPTY_PATH, STATX_BLOCKS, found);
      if (result != 0) {
        throw failure(path, "statx", errno);
      }
      return found.get(LONG, STATX_BLOCKS_AT) * STATX_BLOCK_BYTES;
    } catch (Throwable e) {
      throw wrapped(e);
    }
  }

  /** Lets the system read ahead; a hint. */
  void willNeed(long offset, long length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
      int _ =
          (int)
              CALLS
                  .orElseThrow()
                  .fadvise
                  .invokeExact(errno, descriptor, offset, length, POSIX_FADV_WILLNEED);
    } catch (Throwable e) {
      throw wrapped(e);
    }
  }

  private static IOException failure(Path path, String call, MemorySegment errno) {
    int number = (int) ERRNO.get(errno, 0L);
    String text = path + ": " + call + " has failed (errno " + number + ")";
    return number == ENOSPC || number == EFBIG || number == EDQUOT
        ? new NoSpaceException(text)
        : new IOException(text);
  }

  /** A method handle may throw anything; ours throw what is thrown around them, or nothing. */
  private static IOException wrapped(Throwable thrown) {
    return switch (thrown) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    };
  }

  @Override
  public void close() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
      int _ = (int) CALLS.orElseThrow().close.invokeExact(errno, descriptor);
    } catch (Throwable e) {
      throw wrapped(e);
    }
  }
}
