package lockstep.disk.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Both stores against arrays: random changes, forks, deletions, resizes and restarts. */
final class StoresAgainstModelTest {
  private static final int DISK_BYTES = 2 << 20;
  private static final int DISKS_MAX = 8;
  private static final long MEMORY_BYTES = 32 << 20;

  @TempDir Path directory;

  private final Map<Integer, byte[]> model = new HashMap<>();
  private Random random = new Random(0);
  private int lastNumber;
  private int compared;

  private DataDirectory open(StoreKind kind) throws IOException {
    return DataDirectory.open(directory, Optional.of(kind), MEMORY_BYTES);
  }

  @ParameterizedTest
  @CsvSource({"ROCKSDB,1", "ROCKSDB,2", "FILE,1", "FILE,2"})
  void staysEqualToArrays(StoreKind kind, long seed) throws IOException {
    run(kind, seed, 3, 250);
  }

  @ParameterizedTest
  @Tag("slow")
  @CsvSource({"ROCKSDB,11", "FILE,11"})
  void alsoForLong(StoreKind kind, long seed) throws IOException {
    run(kind, Long.getLong("lockstep.seed", seed), 4, 2_000);
    assertTrue(compared > 2_000, "compared " + compared);
  }

  private void run(StoreKind kind, long seed, int restarts, int steps) throws IOException {
    random = new Random(seed);
    for (int restart = 0; restart < restarts; restart++) {
      try (DataDirectory data = open(kind)) {
        BlockStore store = data.blocks();
        assertEquals(model.keySet(), store.disks());
        for (int step = 0; step < steps; step++) {
          step(store, "seed " + seed + " restart " + restart + " step " + step);
        }
        for (int disk : model.keySet()) {
          assertArrayEquals(model.get(disk), read(store.live(disk), 0, size(disk)));
        }
      }
    }
  }

  private void step(BlockStore store, String where) throws IOException {
    int what = random.nextInt(100);
    if (model.isEmpty() || (what < 2 && model.size() < DISKS_MAX)) {
      store.create(++lastNumber, DISK_BYTES);
      model.put(lastNumber, new byte[DISK_BYTES]);
      return;
    }
    int disk = anyDisk();
    if (what < 8 && model.size() < DISKS_MAX) {
      store.fork(disk, ++lastNumber);
      model.put(lastNumber, java.util.Objects.requireNonNull(model.get(disk)).clone());
    } else if (what < 12 && model.size() > 1) {
      store.delete(disk);
      model.remove(disk);
    } else if (what < 14) {
      int bytes = 1 + random.nextInt(DISK_BYTES * 2);
      store.resize(disk, size(disk), bytes);
      model.put(disk, java.util.Arrays.copyOf(model.get(disk), bytes));
    } else if (what < 70) {
      List<BlockStore.Change> changes = randomChanges(size(disk));
      Patience.apply(store, disk, changes);
      changes.forEach(change -> applyToModel(disk, change));
    } else if (what < 73) {
      store.sync(disk);
    } else if (what < 80) {
      checkExtents(store, disk, where);
    } else {
      int offset = random.nextInt(size(disk));
      int length = randomLength(size(disk) - offset);
      assertArrayEquals(
          java.util.Arrays.copyOfRange(model.get(disk), offset, offset + length),
          read(store.live(disk), offset, length),
          where);
      compared++;
    }
  }

  private int size(int disk) {
    return bytes(disk).length;
  }

  private byte[] bytes(int disk) {
    return model.getOrDefault(disk, new byte[0]);
  }

  private int anyDisk() {
    List<Integer> disks = new ArrayList<>(model.keySet());
    return disks.get(random.nextInt(disks.size()));
  }

  private void applyToModel(int disk, BlockStore.Change change) {
    byte[] bytes = bytes(disk);
    switch (change) {
      case BlockStore.Write(long offset, ByteBuffer data) ->
          data.duplicate().get(bytes, (int) offset, data.remaining());
      case BlockStore.Zero(long offset, long length, boolean _) ->
          java.util.Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
    }
  }

  private List<BlockStore.Change> randomChanges(int size) {
    List<BlockStore.Change> changes = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int offset = random.nextInt(size);
      if (random.nextInt(3) == 0) {
        offset = offset / BlockStore.BLOCK_BYTES * BlockStore.BLOCK_BYTES;
      }
      int length = randomLength(size - offset);
      if (random.nextInt(3) == 0) {
        changes.add(new BlockStore.Zero(offset, length, random.nextBoolean()));
      } else {
        byte[] data = new byte[length];
        if (random.nextInt(8) > 0) {
          random.nextBytes(data);
        }
        ByteBuffer buffer = buffer(length).put(data).flip();
        changes.add(new BlockStore.Write(offset, buffer));
      }
    }
    return changes;
  }

  /** The stores go different ways with what is on the heap and what is not. */
  private ByteBuffer buffer(int length) {
    return random.nextInt(4) == 0 ? ByteBuffer.allocate(length) : ByteBuffer.allocateDirect(length);
  }

  private int randomLength(int most) {
    return random.nextInt(Math.min(most, 1 << (1 + random.nextInt(20))) + 1);
  }

  private byte[] read(DiskReader reader, long offset, int length) throws IOException {
    try (reader) {
      ByteBuffer target = buffer(length);
      reader.read(offset, target);
      byte[] found = new byte[length];
      target.flip().get(found);
      return found;
    }
  }

  /** What is told to read as zeroes does. */
  private void checkExtents(BlockStore store, int disk, String where) throws IOException {
    byte[] bytes = bytes(disk);
    int at = random.nextInt(bytes.length);
    int most = 1 + random.nextInt(20);
    try (DiskReader reader = store.live(disk)) {
      List<DiskReader.Extent> extents = reader.extents(at, bytes.length - at, most);
      assertTrue(!extents.isEmpty() && extents.size() <= most, where);
      for (DiskReader.Extent extent : extents) {
        assertTrue(extent.length() > 0 && extent.length() <= bytes.length - at, where);
        if (extent.zero()) {
          for (int i = 0; i < extent.length(); i++) {
            assertEquals(0, bytes[at + i], where + " at " + (at + i));
          }
        }
        at += (int) extent.length();
      }
    }
    compared++;
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aDeletedSnapshotGivesItsSpaceBackAndTheDiskStaysWhatItWas(StoreKind kind)
      throws IOException, InterruptedException {
    byte[] first = new byte[1 << 20];
    new Random(1).nextBytes(first);
    byte[] second = new byte[1 << 19];
    new Random(2).nextBytes(second);
    try (DataDirectory data = open(kind)) {
      BlockStore store = data.blocks();
      store.create(1, DISK_BYTES);
      Patience.apply(store, 1, List.of(new BlockStore.Write(0, ByteBuffer.wrap(first))));
      store.fork(1, 2);
      Patience.apply(store, 1, List.of(new BlockStore.Write(4096, ByteBuffer.wrap(second))));
      assertArrayEquals(first, read(store.live(2), 0, first.length));
      store.delete(2);
      // The layers are merged beside what follows.
      for (int i = 0; i < 50; i++) {
        Patience.apply(store, 1, List.of(new BlockStore.Zero(8192, 4096, true)));
        byte[] expected = first.clone();
        System.arraycopy(second, 0, expected, 4096, second.length);
        java.util.Arrays.fill(expected, 8192, 12288, (byte) 0);
        assertArrayEquals(expected, read(store.live(1), 0, expected.length));
        Thread.sleep(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aCheckpointIsAStoreOfItsOwn(StoreKind kind) throws IOException {
    byte[] bytes = new byte[100_000];
    new Random(3).nextBytes(bytes);
    Path copy;
    try (DataDirectory data = open(kind)) {
      data.blocks().create(1, DISK_BYTES);
      Patience.apply(data.blocks(), 1, List.of(new BlockStore.Write(777, ByteBuffer.wrap(bytes))));
      copy = data.checkpoint("monday");
      Patience.apply(data.blocks(), 1, List.of(new BlockStore.Zero(0, DISK_BYTES, true)));
    }
    try (DataDirectory data = DataDirectory.open(copy, Optional.empty(), MEMORY_BYTES)) {
      assertArrayEquals(bytes, read(data.blocks().live(1), 777, bytes.length));
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aFrozenReaderSeesNothingNewer(StoreKind kind) throws IOException {
    try (DataDirectory data = open(kind)) {
      BlockStore store = data.blocks();
      store.create(1, DISK_BYTES);
      Patience.apply(
          store, 1, List.of(new BlockStore.Write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}))));
      try (DiskReader frozen = store.frozen(1)) {
        store.fork(1, 2);
        Patience.apply(store, 1, List.of(new BlockStore.Write(0, ByteBuffer.wrap(new byte[] {7}))));
        ByteBuffer found = ByteBuffer.allocate(3);
        frozen.read(0, found);
        assertEquals(store.freezes() ? 1 : 7, found.get(0));
      }
    }
  }
}
