package lockstep.disk.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Damages what a store has kept in its files. */
public final class StoredBytes {
  private static final int PARTS_TRIED = 3;

  private StoredBytes() {}

  /**
   * Flips a bit in the first block of one of the first few parts: the first that a file has.
   *
   * @param directory with the files of a store that is closed
   * @param ending of the names of the files that are looked into
   * @return which part's, or -1 if no file has any of them
   */
  public static int flipABitOfOne(List<byte[]> parts, Path directory, String ending)
      throws IOException {
    for (int part = 0; part < PARTS_TRIED; part++) {
      byte[] block = Arrays.copyOf(parts.get(part), BlockStore.BLOCK_BYTES);
      if (flipABitOf(block, directory, ending)) {
        return part;
      }
    }
    return -1;
  }

  /** Flips a bit amid these bytes, in each file that has them; whether one has. */
  private static boolean flipABitOf(byte[] bytes, Path directory, String ending)
      throws IOException {
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
