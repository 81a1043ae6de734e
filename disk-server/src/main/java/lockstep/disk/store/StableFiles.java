package lockstep.disk.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/** Names of files that outlive a power cut: a new file is safe when its directory was synced. */
public final class StableFiles {
  private StableFiles() {}

  /** Makes the names in {@code directory} stable as they are now. */
  public static void syncDirectory(Path directory) throws IOException {
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /** Makes {@code directory} and those above it that are missing. */
  static void createDirectories(Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path at = directory.toAbsolutePath();
    while (at != null && !Files.exists(at)) {
      missing.push(at);
      at = at.getParent();
    }
    for (Path next : missing) {
      Files.createDirectory(next);
      syncDirectory(next.resolve(".."));
    }
  }
}
