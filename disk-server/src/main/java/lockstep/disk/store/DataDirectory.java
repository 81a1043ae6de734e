package lockstep.disk.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import lockstep.disk.store.ControlStore.Table;

/**
 * Everything that a disk server keeps, in one directory: {@code control/}, {@code blocks/}, {@code
 * blobs/}, and {@code checkpoints/} with copies of all that. Made complete when it is opened for
 * the first time; never completed later, since a store that is missing would come back empty.
 */
public final class DataDirectory implements AutoCloseable {
  private static final String FORMAT_NAME = "format";

  /** How the directory is laid out; another cannot be opened. */
  public static final String FORMAT = "lockstep-disk-2";

  private static final String STORE_NAME = "store";

  private static final String CONTROL = "control";
  private static final String BLOCKS = "blocks";
  private static final String BLOBS = "blobs";
  private static final String CHECKPOINTS = "checkpoints";

  /** Written last when a directory is made. */
  private static final String MADE = "complete";

  private final Path directory;
  private final ControlStore control;
  private final BlockStore blocks;
  private final Path blobs;

  private DataDirectory(Path directory, ControlStore control, BlockStore blocks, Path blobs) {
    this.directory = directory;
    this.control = control;
    this.blocks = blocks;
    this.blobs = blobs;
  }

  /**
   * Opens {@code directory}, or makes it if it is not there or empty.
   *
   * @param kind how blocks are kept; empty for what the directory has, RocksDB if it is new
   * @param memoryBytes what the block store's buffers and caches may take
   * @throws IOException if another server uses it, if a part is missing or corrupt, or if it is
   *     something else; the text says which
   */
  public static DataDirectory open(Path directory, Optional<StoreKind> kind, long memoryBytes)
      throws IOException {
    boolean create = isMissingOrEmpty(directory);
    if (!create && !Files.exists(directory.resolve(MADE))) {
      throw new IOException(
          directory
              + " is neither empty nor a complete data directory of a disk server; if the first"
              + " start of one was cut short, remove it");
    }
    StableFiles.createDirectories(directory);
    ControlStore control = ControlStore.open(directory.resolve(CONTROL), create);
    try {
      if (create) {
        control.put(Table.META, FORMAT_NAME, bytes(FORMAT));
        control.put(Table.META, STORE_NAME, bytes(kind.orElse(StoreKind.ROCKSDB).label()));
      }
      checkFormat(directory, control);
      BlockStore blocks =
          openBlocks(
              directory.resolve(BLOCKS), create, kind(directory, control, kind), memoryBytes);
      Path blobs = Files.createDirectories(directory.resolve(BLOBS));
      if (create) {
        markMade(directory);
      }
      return new DataDirectory(directory, control, blocks, blobs);
    } catch (IOException e) {
      control.close();
      throw e;
    }
  }

  /** Everything else in it is there for good before it says so. */
  private static void markMade(Path directory) throws IOException {
    StableFiles.syncDirectory(directory);
    Files.createFile(directory.resolve(MADE));
    StableFiles.syncDirectory(directory);
  }

  private static BlockStore openBlocks(Path path, boolean create, StoreKind kind, long memoryBytes)
      throws IOException {
    return switch (kind) {
      case ROCKSDB -> RocksBlockStore.open(path, create, memoryBytes);
      case FILE -> FileBlockStore.open(path, create);
    };
  }

  private static boolean isMissingOrEmpty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return true;
    }
    try (var entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void checkFormat(Path directory, ControlStore control) throws IOException {
    String found = text(control, FORMAT_NAME).orElse("unknown");
    if (!found.equals(FORMAT)) {
      throw new IOException(
          directory + " has the format " + found + ", this server needs " + FORMAT);
    }
  }

  private static StoreKind kind(Path directory, ControlStore control, Optional<StoreKind> wanted)
      throws IOException {
    String label = text(control, STORE_NAME).orElse("unknown");
    StoreKind found =
        StoreKind.parse(label)
            .orElseThrow(() -> new IOException(directory + " has an unknown store: " + label));
    if (wanted.isPresent() && wanted.get() != found) {
      throw new IOException(
          directory + " has the store " + label + ", not " + wanted.get().label());
    }
    return found;
  }

  private static Optional<String> text(ControlStore control, String name) throws IOException {
    return control.get(Table.META, name).map(found -> new String(found, StandardCharsets.UTF_8));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public ControlStore control() {
    return control;
  }

  public BlockStore blocks() {
    return blocks;
  }

  /** Directory of the blobs, one file each. */
  public Path blobs() {
    return blobs;
  }

  /**
   * Copies everything while it is in use to {@code checkpoints/name}, a data directory as this one;
   * files that don't change are shared with it, where the file system can link. Disks must not be
   * made or deleted meanwhile.
   *
   * <p>A server may be started on it only where no VMM of before runs any more: the arbiter's
   * records in it are of the past.
   *
   * @return where it is
   */
  public Path checkpoint(String name) throws IOException {
    Path parent = directory.resolve(CHECKPOINTS);
    StableFiles.createDirectories(parent);
    Path target = parent.resolve(name);
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Path partial = parent.resolve(name + ".partial");
    deleteTree(partial);
    Files.createDirectories(partial);
    blocks.checkpoint(partial.resolve(BLOCKS));
    control.checkpoint(partial.resolve(CONTROL));
    linkAll(blobs, Files.createDirectories(partial.resolve(BLOBS)));
    StableFiles.syncDirectory(partial.resolve(BLOBS));
    markMade(partial);
    Files.move(partial, target);
    StableFiles.syncDirectory(parent);
    return target;
  }

  /** Blobs are never changed once they have their names. */
  private static void linkAll(Path from, Path to) throws IOException {
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.createLink(to.resolve(file.getFileName()), file);
      }
    }
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path visited, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Nothing may use the stores any more when this is called. */
  @Override
  public void close() {
    blocks.close();
    control.close();
  }
}
