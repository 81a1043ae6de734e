package lockstep.disk.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import lockstep.disk.store.ControlStore.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** "The arbiter never goes back": damage of what is kept is told, not taken for its end. */
final class ControlStoreTest {
  private static final int CHANGES = 3;

  @TempDir Path directory;

  /** As a {@code kill -9} leaves it. */
  private Path killed = Path.of("");

  /** Its end after each change. */
  private final int[] ends = new int[CHANGES + 1];

  @BeforeEach
  void changeAndKill() throws IOException {
    Path database = directory.resolve("open");
    killed = directory.resolve("killed");
    try (ControlStore control = ControlStore.open(database, true)) {
      ends[0] = (int) Files.size(log(database));
      for (int change = 1; change <= CHANGES; change++) {
        control.put(Table.ARBITER, "web", value(change));
        ends[change] = (int) Files.size(log(database));
      }
      copy(database, killed);
    }
  }

  private static byte[] value(int change) {
    return ("epoch " + change).getBytes(StandardCharsets.UTF_8);
  }

  private static Path log(Path database) throws IOException {
    try (var files = Files.list(database)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  /** What is found when its log has these bytes. */
  private String foundWith(byte[] log) throws IOException {
    Path copy = directory.resolve("copy");
    DataDirectory.deleteTree(copy);
    copy(killed, copy);
    Files.write(log(copy), log);
    try (ControlStore control = ControlStore.open(copy, false)) {
      Optional<byte[]> found = control.get(Table.ARBITER, "web");
      return found.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("nothing");
    }
  }

  private String foundOrRefused(byte[] log) {
    try {
      return foundWith(log);
    } catch (IOException e) {
      return "refused: " + e.getMessage();
    }
  }

  @Test
  void aFlippedBitIsRefused() throws IOException {
    byte[] sound = Files.readAllBytes(log(killed));
    for (int at = 0; at < sound.length; at++) {
      byte[] damaged = sound.clone();
      damaged[at] ^= (byte) (1 << (at * 3 % Byte.SIZE));
      String found = foundOrRefused(damaged);
      assertTrue(found.startsWith("refused: "), "byte " + at + ": " + found);
    }
  }

  /** The power was cut while it was written: it was not answered. */
  @Test
  void aTornLastChangeIsLeftOut() throws IOException {
    byte[] sound = Files.readAllBytes(log(killed));
    assertEquals("epoch 3", foundWith(sound));
    for (int end = ends[CHANGES - 1]; end < ends[CHANGES]; end++) {
      assertEquals("epoch 2", foundWith(Arrays.copyOf(sound, end)), "cut at " + end);
    }
  }
}
