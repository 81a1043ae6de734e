package lockstep.disk.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DiskFileTest {
  /** In memory: it can punch holes, but not zero what stays allocated. */
  private static final Path TMPFS = Path.of("/dev/shm");

  private static final int BYTES = 3 << 20;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereTheFileSystemCannotZeroZeroesAreWritten(boolean hole) throws IOException {
    assumeTrue(
        Files.isWritable(TMPFS) && Files.getFileStore(TMPFS).type().equals("tmpfs"), "no tmpfs");
    Path directory = Files.createTempDirectory(TMPFS, "disk-file");
    DiskFile file = DiskFile.create(directory.resolve("disk"));
    try {
      file.allocate(BYTES);
      byte[] data = new byte[BYTES];
      Arrays.fill(data, (byte) 7);
      file.write(0, ByteBuffer.wrap(data));
      file.zero(new BlockStore.Zero(5_000, 2 << 20, hole));
      Arrays.fill(data, 5_000, 5_000 + (2 << 20), (byte) 0);
      ByteBuffer found = ByteBuffer.allocate(BYTES);
      file.read(0, found);
      assertArrayEquals(data, found.array());
      if (!hole) {
        assertFalse(file.zeroesFast(), "who asks for fast zeroes is told so");
        assertEquals(BYTES, file.allocatedBytes());
      }
    } finally {
      file.closeFile();
      DataDirectory.deleteTree(directory);
    }
  }
}
