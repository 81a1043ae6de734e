package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import lockstep.disk.store.StoreKind;
import lockstep.disk.store.StoredBytes;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Storage that is damaged or full: the client is told, the rest goes on, the arbiter answers. */
final class DamageTest {
  private static final int PART_BYTES = 1 << 20;

  @TempDir Path directory;

  private static Bytes part(int number) {
    byte[] bytes = new byte[PART_BYTES];
    new Random(number).nextBytes(bytes);
    return Bytes.of(bytes);
  }

  private static void theArbiterAnswers(ServerFixture fixture) {
    ServerFixture.ArbiterClient arbiter = fixture.arbiter();
    long epoch = fixture.start(arbiter, 1);
    var claim = new ArbiterRequest.Claim(TestVm.NAME, ServerFixture.member(1), epoch, 99);
    assertEquals(epoch + 1, ServerFixture.granted(arbiter.ask(claim)));
  }

  /** In a table of RocksDB's, and in a blob file of what was merged. */
  @ParameterizedTest
  @ValueSource(strings = {".sst", ".blob"})
  void aFlippedBitIsAnIoErrorOfItsBlockAndNothingElse(String ending)
      throws IOException, InterruptedException {
    int[] parts = IntStream.range(0, 40).toArray();
    try (ServerFixture fixture = new ServerFixture(directory)) {
      for (int first = 0; first < 3; first++) {
        writeEachThird(fixture, parts, first);
      }
      fixture.restart(); // what is left in the log goes to files
      fixture.server.close();
      for (int tries = 0; !isDamaged(parts, ending); tries++) {
        assertTrue(tries < 50, "no file has what was written last");
        fixture.restart();
        Thread.sleep(100); // tables are merged
        writeEachThird(fixture, parts, tries % 3);
        fixture.server.close();
      }
      fixture.restart();
      int failed = 0;
      try (TestAttach disk = fixture.plain()) {
        disk.attached();
        for (int i = 0; i < parts.length; i++) {
          NbdEvent event = disk.call(NbdRequest.read(3, (long) i * PART_BYTES, PART_BYTES));
          if (event instanceof NbdEvent.Completed(_, DiskStatus status, Bytes data)
              && status == DiskStatus.OK) {
            assertArrayEquals(part(parts[i]).array(), data.array());
          } else {
            failed++;
            if (event instanceof NbdEvent.Lost) {
              break; // a part of the answer was out: only a disconnect can say it
            }
          }
        }
      }
      assertEquals(1, failed, "one block is damaged");
      theArbiterAnswers(fixture);
    }
  }

  /** Writes new parts, which get new numbers. */
  private static void writeEachThird(ServerFixture fixture, int[] parts, int first) {
    try (TestAttach disk = fixture.plain()) {
      disk.attached();
      for (int i = first; i < parts.length; i += 3) {
        parts[i] += parts.length;
        NbdRequest write = NbdRequest.write(1, (long) i * PART_BYTES, part(parts[i]));
        assertEquals(DiskStatus.OK, disk.status(write));
      }
      assertEquals(DiskStatus.OK, disk.status(NbdRequest.flush(2)));
    }
  }

  /** Damages the first block of one part, if a file of this kind has one. */
  private boolean isDamaged(int[] parts, String ending) throws IOException {
    List<byte[]> contents = Arrays.stream(parts).mapToObj(i -> part(i).array()).toList();
    return StoredBytes.flipABitOfOne(contents, directory.resolve("blocks"), ending) >= 0;
  }

  @Test
  void aFullFileSystemIsNoSpaceForWritersAndTheArbiterAnswers()
      throws IOException, InterruptedException {
    Path small = mounted(96);
    try (ServerFixture fixture = new ServerFixture(small.resolve("data"), 512L << 20);
        TestAttach disk = fixture.plain()) {
      disk.attached();
      int written = 0;
      DiskStatus status = DiskStatus.OK;
      while (status == DiskStatus.OK) {
        status = disk.status(NbdRequest.write(1, (long) written * PART_BYTES, part(written)));
        written += status == DiskStatus.OK ? 1 : 0;
        assertTrue(written < 200, "it never gets full");
      }
      assertEquals(DiskStatus.NO_SPACE, status);
      assertEquals(DiskStatus.OK, disk.status(NbdRequest.flush(2)));
      for (int i = 0; i < written; i++) {
        assertArrayEquals(part(i).array(), disk.read((long) i * PART_BYTES, PART_BYTES));
      }
      theArbiterAnswers(fixture);
    } finally {
      assertEquals(0, run("umount", small.toString()));
    }
  }

  /** A small file system, in memory. */
  private Path mounted(int mebibytes) throws IOException, InterruptedException {
    Path small = Files.createDirectory(directory.resolve("small"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", small.toString())
            == 0,
        "mounting a small file system takes root");
    return small;
  }

  /** Takes all but so much of a file system's space. */
  private static void takeAllBut(long bytes, Path file) throws IOException {
    long free = Files.getFileStore(file.resolveSibling(".")).getUsableSpace() - bytes;
    byte[] part = new byte[PART_BYTES];
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long left = free; left > 0; left -= part.length) {
        out.write(ByteBuffer.wrap(part, 0, (int) Math.min(part.length, left)));
      }
    } catch (IOException e) {
      assertEquals("No space left on device", e.getMessage());
    }
  }

  /** Writes so many parts from the one with this number on, as long as they are taken. */
  private static DiskStatus writtenUntilRefused(TestAttach disk, int first, int count) {
    DiskStatus status = DiskStatus.OK;
    for (int i = first; i < first + count && status == DiskStatus.OK; i++) {
      status = disk.status(NbdRequest.write(3, (long) i * PART_BYTES, part(i)));
    }
    return status;
  }

  /** The space of a disk is taken when it is made; but what it has given back is anybody's. */
  @Test
  void aFileThatHasGivenItsSpaceBackDoesNotTakeTheReserve()
      throws IOException, InterruptedException {
    int mebibytes = 256;
    Path small = mounted(mebibytes);
    long reserve = ((long) mebibytes << 20) / 8;
    DiskServerOptions options =
        DiskServerOptions.onLoopback(small.resolve("data")).with(StoreKind.FILE);
    try (ServerFixture fixture = new ServerFixture(options, 128L << 20);
        TestAttach disk = fixture.plain()) {
      disk.attached();
      NbdRequest first = NbdRequest.write(1, 0, part(0));
      assertEquals(DiskStatus.OK, disk.status(first));
      takeAllBut(reserve / 2, small.resolve("others"));
      for (int i = 1; i < 8; i++) {
        NbdRequest write = NbdRequest.write(1, (long) i * PART_BYTES, part(i));
        assertEquals(DiskStatus.OK, disk.status(write), "its space was taken before");
      }
      NbdRequest trim =
          new NbdRequest(2, DiskOperation.TRIM, false, 32L << 20, 64 << 20, Bytes.EMPTY);
      assertEquals(DiskStatus.OK, disk.status(trim));
      takeAllBut(reserve / 2, small.resolve("more"));
      assertEquals(DiskStatus.NO_SPACE, writtenUntilRefused(disk, 40, 20));
      assertTrue(Files.getFileStore(small).getUsableSpace() > reserve / 4, "most of it is left");
      assertEquals(DiskStatus.OK, disk.status(first), "what is there can be written");
      assertEquals(DiskStatus.OK, disk.status(NbdRequest.flush(4)));
      assertArrayEquals(part(7).array(), disk.read(7L * PART_BYTES, PART_BYTES));
      theArbiterAnswers(fixture);
    } finally {
      assertEquals(0, run("umount", small.toString()));
    }
  }

  @Test
  void whoReadsADiskBesideItsVmmFailsForLackOfSpaceAndNotTheVmm()
      throws IOException, InterruptedException {
    Path small = mounted(192);
    DiskServerOptions options =
        DiskServerOptions.onLoopback(small.resolve("data")).with(StoreKind.FILE);
    try (ServerFixture fixture = new ServerFixture(options, 64L << 20);
        TestAttach vmm = fixture.vmm(fixture.start(fixture.arbiter(), 1))) {
      vmm.attached();
      assertEquals(DiskStatus.OK, vmm.status(NbdRequest.write(1, 0, part(0))));
      try (TestAttach reader = fixture.plain()) {
        reader.attached();
        assertArrayEquals(part(0).array(), reader.read(0, PART_BYTES));
        takeAllBut(0, small.resolve("others"));
        assertEquals(DiskStatus.OK, vmm.status(NbdRequest.write(2, 0, part(1))));
        assertEquals(DiskStatus.IO_ERROR, reader.status(NbdRequest.read(3, 0, PART_BYTES)));
      }
      assertArrayEquals(part(1).array(), vmm.read(0, PART_BYTES));
    } finally {
      assertEquals(0, run("umount", small.toString()));
    }
  }

  /** Somebody else takes all of it, the reserve too: nothing is answered as if it were safe. */
  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void whereOthersTakeAllSpaceEverythingGoesOnWhenThereIsSomeAgain(StoreKind store)
      throws IOException, InterruptedException {
    Path small = mounted(192);
    Path others = small.resolve("others");
    DiskServerOptions options = DiskServerOptions.onLoopback(small.resolve("data")).with(store);
    try (ServerFixture fixture = new ServerFixture(options, 64L << 20);
        TestAttach disk = fixture.plain()) {
      disk.attached();
      assertEquals(DiskStatus.OK, disk.status(NbdRequest.write(1, 0, part(0))));
      assertEquals(DiskStatus.OK, disk.status(NbdRequest.flush(2)));
      takeAllBut(0, others);
      DiskStatus full = writtenUntilRefused(disk, 1, 40);
      assertEquals(store == StoreKind.FILE ? DiskStatus.OK : DiskStatus.NO_SPACE, full);
      ServerFixture.ArbiterClient refused = fixture.arbiter();
      var start = new ArbiterRequest.Start(TestVm.NAME, ServerFixture.member(1), 0, 1);
      refused.send(start);
      refused.awaitEndOrReply();
      Files.delete(others);
      // The same nonce: if the first was made durable after all, this is its answer.
      assertEquals(1, ServerFixture.granted(answered(fixture, start)));
      try (TestAttach vmm = fixture.vmm(1)) {
        vmm.attached();
        assertEquals(DiskStatus.OK, vmm.status(NbdRequest.write(4, PART_BYTES, part(1))));
        assertEquals(DiskStatus.OK, vmm.status(NbdRequest.flush(5)));
        assertArrayEquals(part(0).array(), vmm.read(0, PART_BYTES));
        assertArrayEquals(part(1).array(), vmm.read(PART_BYTES, PART_BYTES));
      }
    } finally {
      assertEquals(0, run("umount", small.toString()));
    }
  }

  /** Asks until there is an answer, as a replica does. */
  private static ArbiterReply answered(ServerFixture fixture, ArbiterRequest request)
      throws InterruptedException {
    for (int tries = 0; tries < 100; tries++) {
      ServerFixture.ArbiterClient arbiter = fixture.arbiter();
      arbiter.send(request);
      Optional<ArbiterReply> reply = arbiter.awaitEndOrReply();
      if (reply.isPresent()) {
        return reply.get();
      }
      Thread.sleep(100);
    }
    throw new AssertionError("the arbiter does not answer any more");
  }

  /** The disks' medium is gone, not the arbiter's. */
  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aDeadMediumIsAnIoErrorAndTheArbiterAnswers(StoreKind store)
      throws IOException, InterruptedException {
    assumeTrue(LoopDisk.isPossible(), "needs root, loop devices and mkfs.ext4");
    Path data = directory.resolve("data");
    DiskServerOptions options = DiskServerOptions.onLoopback(data).with(store);
    try (LoopDisk medium = new LoopDisk(directory, 512L << 20)) {
      medium.mount();
      new ServerFixture(options, TestVm.DISK_BYTES).close();
      Path blocks = data.resolve("blocks");
      assertEquals(0, run("mv", blocks.toString(), medium.mountPoint().toString()));
      Files.createSymbolicLink(blocks, medium.mountPoint().resolve("blocks"));
      try (ServerFixture fixture = new ServerFixture(options, TestVm.DISK_BYTES);
          TestAttach disk = fixture.plain()) {
        disk.attached();
        assertEquals(DiskStatus.OK, disk.status(NbdRequest.write(1, 0, part(0))));
        assertEquals(DiskStatus.OK, disk.status(NbdRequest.flush(2)));
        medium.cut();
        DiskStatus written = disk.status(NbdRequest.write(3, PART_BYTES, part(1)));
        DiskStatus flushed = disk.status(NbdRequest.flush(4));
        assertEquals(DiskStatus.IO_ERROR, flushed);
        assertTrue(store == StoreKind.FILE || written == DiskStatus.IO_ERROR, "" + written);
        theArbiterAnswers(fixture);
      }
      medium.unmount();
      medium.mount();
      try (ServerFixture fixture = new ServerFixture(options, TestVm.DISK_BYTES);
          TestAttach disk = fixture.plain()) {
        disk.attached();
        assertArrayEquals(part(0).array(), disk.read(0, PART_BYTES), "a flush covers it");
      }
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
