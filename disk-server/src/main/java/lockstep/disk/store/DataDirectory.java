package lockstep.disk.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Everything that a disk server keeps, in one directory: {@code control/}, {@code blocks/}, {@code
 * blobs/}. Made complete when it is opened for the first time; never completed later, since a store
 * that is missing would come back empty.
 */
public final class DataDirectory implements AutoCloseable {
  private static final String FORMAT_NAME = "format";
  private static final byte[] FORMAT = "lockstep-disk-1".getBytes(StandardCharsets.UTF_8);

  /** Written last when a directory is made. */
  private static final String MADE = "complete";

  private final ControlStore control;
  private final RocksBlockStore blocks;
  private final Path blobs;

  private DataDirectory(ControlStore control, RocksBlockStore blocks, Path blobs) {
    this.control = control;
    this.blocks = blocks;
    this.blobs = blobs;
  }

  /**
   * Opens {@code directory}, or makes it if it is not there or empty.
   *
   * @throws IOException if another server uses it, if a part is missing or corrupt, or if it is
   *     something else; the text says which
   */
  public static DataDirectory open(Path directory) throws IOException {
    boolean create = isMissingOrEmpty(directory);
    if (!create && !Files.exists(directory.resolve(MADE))) {
      throw new IOException(
          directory
              + " is neither empty nor a complete data directory of a disk server; if the first"
              + " start of one was cut short, remove it");
    }
    Files.createDirectories(directory);
    ControlStore control = ControlStore.open(directory.resolve("control"), create);
    try {
      if (create) {
        control.put(ControlStore.Table.META, FORMAT_NAME, FORMAT);
      }
      checkFormat(directory, control);
      RocksBlockStore blocks = RocksBlockStore.open(directory.resolve("blocks"), create);
      Path blobs = Files.createDirectories(directory.resolve("blobs"));
      if (create) {
        Files.createFile(directory.resolve(MADE));
      }
      return new DataDirectory(control, blocks, blobs);
    } catch (IOException e) {
      control.close();
      throw e;
    }
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
    Optional<byte[]> format = control.get(ControlStore.Table.META, FORMAT_NAME);
    if (format.isEmpty() || !Arrays.equals(format.get(), FORMAT)) {
      throw new IOException(
          directory
              + " has the format "
              + format.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("unknown")
              + ", this server needs "
              + new String(FORMAT, StandardCharsets.UTF_8));
    }
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

  /** Nothing may use the stores any more when this is called. */
  @Override
  public void close() {
    blocks.close();
    control.close();
  }
}
