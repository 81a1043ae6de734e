package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import lockstep.disk.store.StoreKind;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.NbdRequest;
import lockstep.ft.net.Transport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The server's host loses its power under load: what was not synced is gone. What a flush covers is
 * not, the arbiter's record neither; and who sends the writes again that no flush covers, as a
 * replica does when it finds another incarnation, has lost nothing at all.
 */
@Tag("slow")
final class PowerCutTest {
  private static final long DISK_BYTES = 2L << 30;
  private static final int ANSWERS_MAX = 6_000;

  @TempDir Path directory;
  private final Random random = new Random(7);
  private final StampedDisk stamped = new StampedDisk(random);

  /** Of the arbiter's record, as it was last answered. */
  private long epoch;

  /** By name: what they have to be. */
  private final Map<String, byte[]> snapshots = new HashMap<>();

  /** Blocks of which an answered write was gone after a cut. */
  private long lacking;

  private void cut(StoreKind store, LoopDisk disk, int times)
      throws IOException, InterruptedException {
    Path data = disk.mountPoint().resolve("below").resolve("data");
    try (Transport transport = new Transport("power-cut-test", 1)) {
      for (int round = 0; round <= times; round++) {
        disk.mount();
        try (ServerProcess server = start(data, store)) {
          if (round == 0) {
            TestVm.define(server.http(), TestVm.DISK_BYTES);
          }
          epoch = server.checkAndChangeTheRecord(transport, epoch);
          checkSnapshots(server, transport);
          useUntilCut(server, transport, disk);
        }
        disk.unmount();
      }
    }
  }

  /** A snapshot is stable when it is answered: with what was written before it and not flushed. */
  private void takeSnapshot(ServerProcess server, TestAttach attach)
      throws IOException, InterruptedException {
    String name = "s" + snapshots.size();
    assertEquals(
        201, TestVm.send(server.http(), "PUT", "/disks/web/root/snapshots/" + name).statusCode());
    snapshots.put(name, attach.read(0, StampedDisk.BYTES));
  }

  private void checkSnapshots(ServerProcess server, Transport transport) {
    snapshots.forEach(
        (name, bytes) ->
            assertArrayEquals(
                bytes, server.readSnapshot(transport, name, StampedDisk.BYTES), name));
  }

  private void useUntilCut(ServerProcess server, Transport transport, LoopDisk disk)
      throws IOException, InterruptedException {
    try (TestAttach attach = server.attach(transport)) {
      stamped.checkFlushed(attach);
      lacking += stamped.lacking(attach);
      stamped.sendKeptAgain(attach);
      stamped.checkAnswered(attach);
      takeSnapshot(server, attach);
      Runnable cut =
          () -> {
            disk.cut();
            server.kill();
          };
      stamped.load(attach, 1 + random.nextInt(ANSWERS_MAX), cut, false);
    }
  }

  /** The promise of {@code CAN_MULTI_CONN}. */
  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aFlushOnOneConnectionCoversWhatWasAnsweredOnAnother(StoreKind store)
      throws IOException, InterruptedException {
    assumeTrue(LoopDisk.isPossible(), "needs root, loop devices and mkfs.ext4");
    byte[] bytes = new byte[64 << 10];
    random.nextBytes(bytes);
    try (LoopDisk disk = new LoopDisk(directory, DISK_BYTES);
        Transport transport = new Transport("power-cut-test", 1)) {
      Path data = disk.mountPoint().resolve("below").resolve("data");
      disk.mount();
      try (ServerProcess server = start(data, store)) {
        TestVm.define(server.http(), TestVm.DISK_BYTES);
        try (TestAttach writer = server.attach(transport);
            TestAttach other = server.attach(transport)) {
          assertEquals(DiskStatus.OK, writer.status(NbdRequest.write(1, 5_000, Bytes.of(bytes))));
          assertEquals(DiskStatus.OK, other.status(NbdRequest.flush(2)));
          disk.cut();
          server.kill();
        }
      }
      disk.unmount();
      disk.mount();
      try (ServerProcess server = start(data, store);
          TestAttach reader = server.attach(transport)) {
        assertArrayEquals(bytes, reader.read(5_000, bytes.length));
      }
      disk.unmount();
    }
  }

  private static ServerProcess start(Path data, StoreKind store) throws IOException {
    return ServerProcess.start(data, store, ArbiterRules.LEASE_MILLIS_DEFAULT);
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void whatAFlushCoversAndTheArbitersRecordSurviveAPowerCut(StoreKind store)
      throws IOException, InterruptedException {
    assumeTrue(LoopDisk.isPossible(), "needs root, loop devices and mkfs.ext4");
    int cuts = Integer.getInteger("lockstep.cuts", 6);
    try (LoopDisk disk = new LoopDisk(directory, DISK_BYTES)) {
      cut(store, disk, cuts);
    }
    System.out.printf(
        "%s: %d power cuts; %d writes, %d flushes; %d flushed writes checked, lost: 0; %d blocks"
            + " lost an unflushed write and got it again; %d snapshots checked, lost: 0%n",
        store,
        cuts,
        stamped.writes(),
        stamped.flushes(),
        stamped.flushedChecked(),
        lacking,
        snapshots.size());
    assertTrue(lacking > 0, "a cut loses what was not synced");
  }
}
