package lockstep.disk.vm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import lockstep.disk.ServerFixture;
import lockstep.disk.TestVm;
import lockstep.disk.nbd.WatchedStore;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.DataDirectory;
import lockstep.disk.store.DiskReader;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ArbiterRules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What changes disks is done as a whole or leaves nothing, also when it is cut short. */
final class DiskKeeperTest {
  private static final int BYTES = 1 << 20;
  private static final int SMALL_BYTES = 100_000;

  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // each test starts it
  private DataDirectory data;

  @SuppressWarnings("NullAway.Init") // each test starts it
  private Disks disks;

  @SuppressWarnings("NullAway.Init") // each test starts it
  private Vms vms;

  @SuppressWarnings("NullAway.Init") // each test starts it
  private DiskKeeper keeper;

  /** What happens before the store is touched. */
  private WatchedStore.Watcher watcher = _ -> {};

  private void start(StoreKind store) throws IOException {
    data = DataDirectory.open(directory.resolve("data"), Optional.of(store), 32 << 20);
    BlockStore blocks = WatchedStore.watched(data.blocks(), method -> watcher.touching(method));
    disks = new Disks(data.control(), blocks);
    ArbiterRules rules = new ArbiterRules(ArbiterRules.LEASE_MILLIS_DEFAULT);
    vms = new Vms(data.control(), disks, rules, System::nanoTime);
    keeper = new DiskKeeper(vms, disks, System::currentTimeMillis);
  }

  private void restart(StoreKind store) throws IOException {
    data.close();
    watcher = _ -> {};
    start(store);
  }

  @AfterEach
  void stop() {
    data.close();
  }

  private Disk disk() {
    return disks.get("a", "data").orElseThrow();
  }

  private Fence fence() throws IOException {
    return vms.owner("a").fence();
  }

  private void startGuest() throws IOException {
    long epoch = fence().record().epoch();
    var start = new ArbiterRequest.Start("a", ServerFixture.member(1), epoch, 1);
    var _ = fence().decide(start, System.nanoTime());
  }

  private void fill(Disk disk) throws IOException {
    byte[] sevens = new byte[(int) disk.sizeBytes()];
    Arrays.fill(sevens, (byte) 7);
    var write = new BlockStore.Write(0, ByteBuffer.wrap(sevens));
    disks.blocks().apply(disk.number(), List.of(write));
  }

  private byte[] read(long offset, int length) throws IOException {
    ByteBuffer found = ByteBuffer.allocate(length);
    try (DiskReader reader = disks.blocks().live(disk().number())) {
      reader.read(offset, found);
    }
    return found.array();
  }

  private static WatchedStore.Watcher failing(String touched) {
    return method -> {
      if (method.equals(touched)) {
        throw new IOException("the medium is worn");
      }
    };
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aRollbackUnderALiveVmmCopiesNothing(StoreKind store)
      throws IOException, DiskRefusedException {
    start(store);
    keeper.create("a", "data", BYTES);
    keeper.snapshot(disk(), "s");
    startGuest();
    watcher = failing("fork");
    assertThrows(DiskRefusedException.class, () -> keeper.rollBack(disk(), "s"));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aRollbackThatIsRefusedAfterItsCopyWasMadeLeavesNoCopy(StoreKind store)
      throws IOException, DiskRefusedException {
    start(store);
    keeper.create("a", "data", BYTES);
    keeper.snapshot(disk(), "s");
    Set<Integer> before = disks.blocks().disks();
    watcher =
        method -> {
          if (method.equals("fork")) {
            startGuest();
          }
        };
    assertThrows(DiskRefusedException.class, () -> keeper.rollBack(disk(), "s"));
    assertEquals(before, disks.blocks().disks());
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aDiskGrowsUnderALiveVmmWhichHasToAttachAnew(StoreKind store)
      throws IOException, DiskRefusedException {
    start(store);
    keeper.create("a", "data", BYTES);
    fill(disk());
    startGuest();
    List<Attach.End> ends = new ArrayList<>();
    var _ = fence().attach("data", fence().record().epoch(), ends::add);
    keeper.resize(disk(), 2 * BYTES);
    assertEquals(2 * BYTES, disk().sizeBytes());
    assertEquals(List.of(Attach.End.CHANGED), ends);
    assertEquals(7, read(BYTES - 1, 1)[0]);
    assertArrayEquals(new byte[BYTES], read(BYTES, BYTES));
    assertInstanceOf(
        Fence.Answer.Granted.class, fence().attach("data", fence().record().epoch(), ends::add));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aDiskDoesNotShrinkUnderALiveVmmNorGrowUnderAPlainClient(StoreKind store)
      throws IOException, DiskRefusedException {
    start(store);
    keeper.create("a", "data", BYTES);
    List<Attach.End> ends = new ArrayList<>();
    Attach reader = fence().attachPlain("data", ends::add);
    assertThrows(DiskRefusedException.class, () -> keeper.resize(disk(), 2 * BYTES));
    fence().detach(reader);
    startGuest();
    assertThrows(DiskRefusedException.class, () -> keeper.resize(disk(), BYTES / 2));
    assertEquals(BYTES, disk().sizeBytes());
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void whatAShrinkThatWasCutShortHasLeftIsZeroesWhenTheDiskGrows(StoreKind store)
      throws IOException, DiskRefusedException {
    start(store);
    keeper.create("a", "data", BYTES);
    fill(disk());
    watcher = failing("resize");
    assertThrows(IOException.class, () -> keeper.resize(disk(), SMALL_BYTES));
    restart(store);
    assertEquals(SMALL_BYTES, disk().sizeBytes());
    keeper.resize(disk(), BYTES);
    assertArrayEquals(new byte[BYTES - SMALL_BYTES], read(SMALL_BYTES, BYTES - SMALL_BYTES));
    assertEquals(7, read(SMALL_BYTES - 1, 1)[0]);
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aVmIsDefinedAsItIsStoredAlsoWhenItsDiskCouldNotBeCut(StoreKind store) throws IOException {
    start(store);
    vms.define(TestVm.definition(BYTES), OptionalLong.empty());
    watcher = failing("resize");
    Disk root = disks.get(TestVm.NAME, TestVm.DISK).orElseThrow();
    assertThrows(IOException.class, () -> keeper.resize(root, BYTES / 2));
    var inMemory = vms.get(TestVm.NAME).orElseThrow().definition();
    restart(store);
    assertEquals(vms.get(TestVm.NAME).orElseThrow().definition(), inMemory);
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aDiskWhoseSnapshotIsReadIsNeitherRenamedNorDeleted(StoreKind store)
      throws IOException, DiskRefusedException {
    start(store);
    keeper.create("a", "data", BYTES);
    keeper.create("a", "dat", BYTES);
    keeper.snapshot(disk(), "s");
    Attach reader = fence().attachReader(DiskKeeper.snapshotName(disk(), "s"), _ -> {});
    assertThrows(DiskRefusedException.class, () -> keeper.rename(disk(), "b", "data"));
    assertThrows(DiskRefusedException.class, () -> keeper.delete(disk()));
    keeper.delete(disks.get("a", "dat").orElseThrow()); // nobody reads that one
    fence().detach(reader);
    Disk renamed = keeper.rename(disk(), "b", "data");
    keeper.delete(renamed);
    assertFalse(disks.get("b", "data").isPresent());
  }
}
