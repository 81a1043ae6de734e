package lockstep.disk.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RocksBlockStoreTest {
  private static final int DISK_BYTES = 4 << 20;
  private static final int PART_BYTES = 1 << 20;

  @TempDir Path directory;

  private static DataDirectory open(Path directory) throws IOException {
    return DataDirectory.open(directory, Optional.of(StoreKind.ROCKSDB), 64 << 20);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void staysEqualToAnArrayUnderRandomChangesAndRestarts(long seed) throws IOException {
    Random random = new Random(seed);
    DiskOracle[] oracles = {new DiskOracle(DISK_BYTES), new DiskOracle(DISK_BYTES)};
    for (int restart = 0; restart < 3; restart++) {
      try (DataDirectory data = open(directory)) {
        BlockStore store = data.blocks();
        if (restart == 0) {
          store.create(0, DISK_BYTES);
          store.create(1, DISK_BYTES);
        }
        for (int i = 0; i < 200; i++) {
          int disk = random.nextInt(oracles.length);
          List<BlockStore.Change> changes = randomChanges(random);
          Patience.apply(store, disk, changes);
          oracles[disk].apply(changes);
          long offset = random.nextInt(DISK_BYTES);
          int length = randomLength(random, offset);
          assertArrayEquals(
              oracles[disk].read(offset, length),
              read(store, disk, offset, length),
              "seed " + seed + " step " + i);
        }
        for (int disk = 0; disk < oracles.length; disk++) {
          assertArrayEquals(oracles[disk].all(), read(store, disk, 0, DISK_BYTES));
        }
      }
    }
  }

  private static List<BlockStore.Change> randomChanges(Random random) {
    List<BlockStore.Change> changes = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      long offset = random.nextInt(DISK_BYTES);
      if (random.nextInt(4) == 0) {
        offset = offset / BlockStore.BLOCK_BYTES * BlockStore.BLOCK_BYTES;
      }
      int length = randomLength(random, offset);
      if (random.nextInt(3) == 0) {
        changes.add(new BlockStore.Zero(offset, length, random.nextBoolean()));
      } else {
        byte[] data = new byte[length];
        random.nextBytes(data);
        changes.add(new BlockStore.Write(offset, ByteBuffer.wrap(data)));
      }
    }
    return changes;
  }

  private static int randomLength(Random random, long offset) {
    int most = (int) Math.min(DISK_BYTES - offset, 1 << (1 + random.nextInt(20)));
    return random.nextInt(most + 1);
  }

  private static byte[] read(BlockStore store, int disk, long offset, int length)
      throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    try (DiskReader reader = store.live(disk)) {
      reader.read(offset, target);
    }
    return target.array();
  }

  @Test
  void twoServersCannotShareADirectory() throws IOException {
    try (DataDirectory first = open(directory)) {
      assertTrue(Files.isDirectory(first.blobs()));
      IOException refused = assertThrows(IOException.class, () -> open(directory).close());
      assertTrue(String.valueOf(refused.getMessage()).contains("lock"), refused.getMessage());
    }
  }

  @Test
  void aMissingStoreIsNamedAndNotMadeAnew() throws IOException {
    open(directory).close();
    Files.move(directory.resolve("blocks"), directory.resolve("elsewhere"));
    IOException missing = assertThrows(IOException.class, () -> open(directory).close());
    assertEquals(
        directory.resolve("blocks") + " is missing: the data directory is not complete",
        missing.getMessage());
  }

  @Test
  void aDirectoryOfSomethingElseIsLeftAlone() throws IOException {
    Files.writeString(directory.resolve("thesis.txt"), "chapter 1");
    IOException refused = assertThrows(IOException.class, () -> open(directory).close());
    assertTrue(
        String.valueOf(refused.getMessage()).contains("neither empty"), refused.getMessage());
    assertEquals("chapter 1", Files.readString(directory.resolve("thesis.txt")));
  }

  /** A block is in a table at first, and in a blob file when that was merged with others. */
  @ParameterizedTest
  @ValueSource(strings = {".sst", ".blob"})
  void aFlippedBitIsAnErrorAndNotData(String ending) throws IOException, InterruptedException {
    byte[][] parts = new byte[24][PART_BYTES];
    Random random = new Random(4);
    try (DataDirectory opened = open(directory)) {
      opened.blocks().create(1, (long) parts.length * PART_BYTES);
      for (int i = 0; i < parts.length; i++) {
        write(opened, i, parts, random);
      }
    }
    int damaged = -1;
    for (int tries = 0; damaged < 0; tries++) {
      assertTrue(tries < 100, "no file has what was written last");
      try (DataDirectory opened = open(directory)) {
        Thread.sleep(100); // what is left in the log becomes a table, and tables are merged
        for (int i = tries % 3; i < parts.length && ending.equals(".blob"); i += 3) {
          write(opened, i, parts, random);
        }
      }
      damaged = StoredBytes.flipABitOfOne(List.of(parts), directory.resolve("blocks"), ending);
    }
    try (DataDirectory opened = open(directory)) {
      for (int i = 0; i < parts.length; i++) {
        long offset = (long) i * PART_BYTES;
        if (i == damaged) {
          assertThrows(IOException.class, () -> read(opened.blocks(), 1, offset, PART_BYTES));
          assertThrows(
              IOException.class, () -> read(opened.blocks(), 1, offset, BlockStore.BLOCK_BYTES));
        } else {
          assertArrayEquals(parts[i], read(opened.blocks(), 1, offset, PART_BYTES));
        }
      }
    }
  }

  /** Blocks count as what they are, whether a table has them or says which blob has. */
  @Test
  void tellsAboutWhatADiskTakes() throws IOException, InterruptedException {
    byte[][] parts = new byte[24][PART_BYTES];
    long bytes = (long) parts.length * PART_BYTES;
    Random random = new Random(5);
    for (int round = 0; round < 3; round++) {
      try (DataDirectory opened = open(directory)) {
        if (round == 0) {
          opened.blocks().create(1, bytes);
        }
        for (int i = 0; i < parts.length; i++) {
          write(opened, i, parts, random);
        }
        Thread.sleep(200); // full buffers become tables, and tables are merged
        long told = opened.blocks().allocatedBytes(1);
        assertTrue(told > bytes / 2 && told < 4 * bytes, bytes + " written, told " + told);
      }
    }
  }

  private static void write(DataDirectory opened, int part, byte[][] parts, Random random)
      throws IOException {
    random.nextBytes(parts[part]);
    var write = new BlockStore.Write((long) part * PART_BYTES, ByteBuffer.wrap(parts[part]));
    Patience.apply(opened.blocks(), 1, List.of(write));
  }
}
