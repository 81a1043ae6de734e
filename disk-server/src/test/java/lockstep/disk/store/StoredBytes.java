package lockstep.disk.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Damages what a store has kept in its files. */
public final class StoredBytes {
  private StoredBytes() {}

  /**
   * Flips a bit amid these bytes, in each file of this kind that has them.
   *
   * @param directory with the files of a store that is closed
   * @param ending of the files' names
   * @return whether one has them
   */
  public static boolean flipABitOf(byte[] bytes, Path directory, String ending) throws IOException {
    boolean found = false;
    try (var files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(ending)).toList()) {
        byte[] content = Files.readAllBytes(file);
        int at = indexOf(content, bytes);
        if (at >= 0) {
          content[at + bytes.length / 2] ^= 4;
          Files.write(file, content);
          found = true;
        }
      }
    }
    return found;
  }

  private static int indexOf(byte[] content, byte[] bytes) {
    for (int at = 0; at + bytes.length <= content.length; at++) {
      if (content[at] == bytes[0]
          && Arrays.equals(content, at, at + bytes.length, bytes, 0, bytes.length)) {
        return at;
      }
    }
    return -1;
  }
}
