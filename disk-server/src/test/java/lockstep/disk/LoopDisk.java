package lockstep.disk;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A file system of its own whose power can be cut: an ext4 in a file, mounted. What was not synced
 * and not by chance written yet is gone after a cut; the journal decides what the rest looks like.
 * Needs Linux, root, loop devices and {@code mkfs.ext4}.
 */
final class LoopDisk implements AutoCloseable {
  private static final int O_RDONLY = 0;

  /** {@code EXT4_IOC_SHUTDOWN}, {@code _IOR('X', 125, __u32)}. */
  private static final long SHUTDOWN = 0x8004587dL;

  /** {@code EXT4_GOING_FLAGS_NOLOGFLUSH}: without writing the journal out. */
  private static final int NO_LOG_FLUSH = 2;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private final Path image;
  private final Path mountPoint;
  private boolean mounted;

  /** Makes the file system, empty, in {@code directory}. */
  LoopDisk(Path directory, long bytes) throws IOException, InterruptedException {
    this.image = directory.resolve("image");
    this.mountPoint = Files.createDirectories(directory.resolve("mounted"));
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    run("mkfs.ext4", "-q", "-F", image.toString());
  }

  static boolean isPossible() {
    return System.getProperty("os.name", "").equals("Linux")
        && System.getProperty("user.name", "").equals("root")
        && Files.exists(Path.of("/dev/loop-control"))
        && Stream.of("/sbin", "/usr/sbin").anyMatch(in -> Files.exists(Path.of(in, "mkfs.ext4")));
  }

  Path mountPoint() {
    return mountPoint;
  }

  /** Mounts it; after a cut, the journal is applied. */
  void mount() throws IOException, InterruptedException {
    run("mount", "-o", "loop", image.toString(), mountPoint.toString());
    mounted = true;
  }

  /** From now on nothing reaches the disk any more. */
  void cut() {
    MethodHandle open = call("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
    MethodHandle ioctl =
        call(
            "ioctl",
            FunctionDescriptor.of(INT, INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));
    MethodHandle close = call("close", FunctionDescriptor.of(INT, INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(mountPoint.toString());
      MemorySegment how = arena.allocateFrom(INT, NO_LOG_FLUSH);
      int directory = (int) open.invokeExact(name, O_RDONLY);
      int result = (int) ioctl.invokeExact(directory, SHUTDOWN, how);
      int _ = (int) close.invokeExact(directory);
      if (result != 0) {
        throw new AssertionError("the file system can't be shut down");
      }
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }

  /** Forgets what is only in memory. Nobody may have a file open any more. */
  void unmount() throws IOException, InterruptedException {
    run("umount", mountPoint.toString());
    mounted = false;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (mounted) {
      unmount();
    }
  }
}
