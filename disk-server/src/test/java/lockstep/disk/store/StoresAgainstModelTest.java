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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private static final int NUMBERED_BLOCKS = 256;

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
    System.out.printf(
        "%s: %d steps on up to %d disks, %d reads and maps compared, 3 restarts; differences: 0%n",
        kind, 4 * 2_000, DISKS_MAX, compared);
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
        assertEquals(1, found.get(0));
      }
    }
  }

  /** What is in a block tells which write was the last. */
  private static void writeNumber(BlockStore store, int disk, long number) throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect(BlockStore.BLOCK_BYTES);
    while (block.hasRemaining()) {
      block.putLong(number);
    }
    long at = number % NUMBERED_BLOCKS * BlockStore.BLOCK_BYTES;
    Patience.apply(store, disk, List.of(new BlockStore.Write(at, block.flip())));
  }

  /** Writes to two disks in turn, numbers that rise. */
  private static Thread writer(BlockStore store, AtomicBoolean ends, List<Throwable> failures) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                for (long number = 0; !ends.get(); number++) {
                  writeNumber(store, 1, number);
                  writeNumber(store, 2, number);
                }
              } catch (IOException | RuntimeException e) {
                failures.add(e);
              }
            });
  }

  /** The last number on a disk; it must have all that were written before, and nothing later. */
  private long lastNumber(DiskReader reader) throws IOException {
    ByteBuffer found = ByteBuffer.wrap(read(reader, 0, NUMBERED_BLOCKS * BlockStore.BLOCK_BYTES));
    long last = 0;
    for (int block = 0; block < NUMBERED_BLOCKS; block++) {
      last = Math.max(last, found.getLong(block * BlockStore.BLOCK_BYTES));
    }
    for (int block = 0; block < NUMBERED_BLOCKS; block++) {
      long expected = last - Math.floorMod(last - block, (long) NUMBERED_BLOCKS);
      for (int at = 0; at < BlockStore.BLOCK_BYTES; at += Long.BYTES) {
        assertEquals(
            Math.max(expected, 0),
            found.getLong(block * BlockStore.BLOCK_BYTES + at),
            "block " + block);
      }
    }
    return last;
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void whatIsTakenWhileTheDiskIsWrittenIsOfOneMoment(StoreKind kind)
      throws IOException, InterruptedException {
    AtomicBoolean ends = new AtomicBoolean();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    Path copy;
    try (DataDirectory data = open(kind)) {
      BlockStore store = data.blocks();
      store.create(1, DISK_BYTES);
      store.create(2, DISK_BYTES);
      for (long number = 0; number < NUMBERED_BLOCKS; number++) {
        writeNumber(store, 1, number);
        writeNumber(store, 2, number);
      }
      Thread writer = writer(store, ends, failures);
      for (int i = 0; i < 30; i++) {
        try (DiskReader frozen = store.frozen(1)) {
          store.fork(1, 3);
          long before = lastNumber(store.live(3));
          long last = lastNumber(keptOpen(frozen));
          assertTrue(last <= before, "frozen first");
          assertEquals(last, lastNumber(keptOpen(frozen)), "it stays what it was");
          store.delete(3);
        }
      }
      copy = data.checkpoint("monday");
      ends.set(true);
      writer.join();
    }
    assertEquals(List.of(), failures);
    try (DataDirectory data = DataDirectory.open(copy, Optional.empty(), MEMORY_BYTES)) {
      long first = lastNumber(data.blocks().live(1));
      long second = lastNumber(data.blocks().live(2));
      assertTrue(first == second || first == second + 1, "of one moment: " + first + ", " + second);
    }
  }

  /** For who closes what it has read from. */
  private static DiskReader keptOpen(DiskReader reader) {
    return new DiskReader() {
      @Override
      public void read(long offset, ByteBuffer target) throws IOException {
        reader.read(offset, target);
      }

      @Override
      public List<Extent> extents(long offset, long length, int countMax) throws IOException {
        return reader.extents(offset, length, countMax);
      }

      @Override
      public void prefetch(long offset, long length) throws IOException {
        reader.prefetch(offset, length);
      }

      @Override
      public void close() {}
    };
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aFrozenDiskIsComparedWhileItIsChangedInEveryWay(StoreKind kind) throws IOException {
    try (DataDirectory data = open(kind)) {
      BlockStore store = data.blocks();
      store.create(1, DISK_BYTES);
      model.put(1, new byte[DISK_BYTES]);
      for (int round = 0; round < 8; round++) {
        try (DiskReader frozen = store.frozen(1)) {
          byte[] then = bytes(1).clone();
          for (int step = 0; step < 40; step++) {
            List<BlockStore.Change> changes = randomChanges(DISK_BYTES);
            Patience.apply(store, 1, changes);
            changes.forEach(change -> applyToModel(1, change));
            int offset = random.nextInt(DISK_BYTES);
            int length = randomLength(DISK_BYTES - offset);
            assertArrayEquals(
                java.util.Arrays.copyOfRange(then, offset, offset + length),
                read(keptOpen(frozen), offset, length));
          }
          assertArrayEquals(then, read(keptOpen(frozen), 0, DISK_BYTES));
          for (int at = 0; at < DISK_BYTES; ) {
            for (DiskReader.Extent extent : frozen.extents(at, DISK_BYTES - at, 3)) {
              byte[] stretch = java.util.Arrays.copyOfRange(then, at, at + (int) extent.length());
              assertTrue(
                  !extent.zero() || java.util.Arrays.equals(stretch, new byte[stretch.length]));
              at += (int) extent.length();
            }
          }
        }
        assertArrayEquals(bytes(1), read(store.live(1), 0, DISK_BYTES));
      }
    }
  }
}
