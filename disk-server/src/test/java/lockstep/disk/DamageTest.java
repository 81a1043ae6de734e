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
import java.util.Random;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.NbdEvent;
import lockstep.ft.nbd.NbdRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void aFlippedBitIsAnIoErrorOfItsBlockAndNothingElse() throws IOException, InterruptedException {
    int parts = 40;
    try (ServerFixture fixture = new ServerFixture(directory)) {
      try (TestAttach disk = fixture.plain()) {
        disk.attached();
        for (int i = 0; i < parts; i++) {
          NbdRequest write = NbdRequest.write(1, (long) i * PART_BYTES, part(i));
          assertEquals(DiskStatus.OK, disk.status(write));
        }
        assertEquals(DiskStatus.OK, disk.status(NbdRequest.flush(2)));
      }
      fixture.restart(); // what is left in the log goes to files
      fixture.server.close();
      flipABit();
      fixture.restart();
      int failed = 0;
      try (TestAttach disk = fixture.plain()) {
        disk.attached();
        for (int i = 0; i < parts; i++) {
          NbdEvent event = disk.call(NbdRequest.read(3, (long) i * PART_BYTES, PART_BYTES));
          if (event instanceof NbdEvent.Completed(_, DiskStatus status, Bytes data)
              && status == DiskStatus.OK) {
            assertArrayEquals(part(i).array(), data.array());
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

  private void flipABit() throws IOException {
    Path largest;
    try (var files = Files.list(directory.resolve("blocks"))) {
      largest =
          files
              .filter(file -> file.toString().endsWith(".blob"))
              .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
    }
    try (FileChannel file =
        FileChannel.open(largest, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(one, file.size() / 2);
      file.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 4)}), file.size() / 2);
    }
  }

  @Test
  void aFullFileSystemIsNoSpaceForWritersAndTheArbiterAnswers()
      throws IOException, InterruptedException {
    Path small = Files.createDirectory(directory.resolve("small"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", small.toString()) == 0,
        "mounting a small file system takes root");
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

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
