package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.Test;

final class CpioArchiveTest {
  @Test
  void theSameEntriesGiveTheSameBytes() throws Exception {
    assertArrayEquals(sample(), sample());
  }

  @Test
  void isOfFormatNewcWithoutTimesAndOwners() throws Exception {
    byte[] bytes = sample();
    assertTrue(new String(bytes, 0, 6, StandardCharsets.US_ASCII).equals("070701"));
    try (CpioArchiveInputStream in = new CpioArchiveInputStream(new ByteArrayInputStream(bytes))) {
      CpioArchiveEntry directory = in.getNextEntry();
      assertNotNull(directory);
      assertTrue(directory.isDirectory());
      CpioArchiveEntry file = in.getNextEntry();
      assertNotNull(file);
      assertEquals("bin/tool", file.getName());
      assertEquals(0100755, file.getMode());
      assertEquals(0, file.getTime());
      assertEquals(0, file.getUID());
      assertArrayEquals(new byte[] {1, 2, 3}, in.readAllBytes());
      CpioArchiveEntry link = in.getNextEntry();
      assertNotNull(link);
      assertTrue(link.isSymbolicLink());
    }
  }

  private static byte[] sample() throws IOException {
    CpioArchive archive = new CpioArchive();
    archive.directory("bin");
    archive.file("bin/tool", new byte[] {1, 2, 3});
    archive.symlink("bin/sh", "tool");
    return archive.finish();
  }
}
