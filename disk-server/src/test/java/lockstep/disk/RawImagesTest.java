package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.nbd.NbdRequest;
import lockstep.ft.nbd.RawImages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RawImagesTest {
  private static final long DISK_BYTES = 16L << 20;

  @TempDir Path folder;
  private ServerFixture fixture;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    fixture = new ServerFixture(folder.resolve("data"), DISK_BYTES);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private RawImages images() {
    return new RawImages(fixture.transport.eventLoops(), fixture.server.nbdAddress(), "web/root");
  }

  @Test
  void anImageGoesInAndComesBackWithZeroesBehindIt() throws IOException {
    try (TestAttach disk = fixture.plain()) {
      disk.attached();
      byte[] old = new byte[1 << 20];
      Arrays.fill(old, (byte) 0xee);
      for (long offset = 0; offset < DISK_BYTES; offset += 4L << 20) {
        assertEquals(DiskStatus.OK, disk.status(NbdRequest.write(1, offset, Bytes.of(old))));
      }
    }
    byte[] image = new byte[5_000_001];
    Random random = new Random(3);
    for (int at = 0; at + 10_000 < image.length; at += 50_000 + random.nextInt(100_000)) {
      byte[] piece = new byte[random.nextInt(10_000)];
      random.nextBytes(piece);
      System.arraycopy(piece, 0, image, at, piece.length);
    }
    Path in = folder.resolve("in.img");
    Files.write(in, image);
    AtomicLong progress = new AtomicLong();
    images().importFrom(in, (done, total) -> progress.set(done * 100 / total));
    assertEquals(100, progress.get());

    Path out = folder.resolve("out.img");
    images().exportTo(out, (done, total) -> progress.set(total - done));
    assertEquals(0, progress.get());
    byte[] back = Files.readAllBytes(out);
    assertEquals(DISK_BYTES, back.length);
    assertTrue(Arrays.equals(image, 0, image.length, back, 0, image.length));
    assertTrue(
        Arrays.equals(
            back, image.length, back.length, new byte[back.length], image.length, back.length));
  }

  @Test
  void aDiskThatAVmmHoldsIsNotImportedInto() throws IOException {
    Path in = folder.resolve("in.img");
    Files.write(in, new byte[4096]);
    fixture.start(fixture.arbiter(), 1);
    RawImages images = images();
    IOException refused =
        assertThrows(IOException.class, () -> images.importFrom(in, (_, _) -> {}));
    assertEquals("web/root is read-only now: a VMM holds it", refused.getMessage());
  }

  @Test
  void anImageThatIsTooLongIsRefused() throws IOException {
    Path in = folder.resolve("in.img");
    try (var file = new java.io.RandomAccessFile(in.toFile(), "rw")) {
      file.setLength(DISK_BYTES + 1);
    }
    RawImages images = images();
    assertThrows(IOException.class, () -> images.importFrom(in, (_, _) -> {}));
  }
}
