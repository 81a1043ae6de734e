package lockstep.tools.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ForeignImageTest {
  @TempDir Path directory;

  private Optional<ForeignImage> of(byte[] content) throws IOException {
    return ForeignImage.of(Files.write(directory.resolve("image"), content));
  }

  private void assertRefused(ByteBuffer header, String why) {
    IOException refused = assertThrows(IOException.class, () -> of(header.array()));
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
  }

  private static ByteBuffer qcow(int version) {
    return ByteBuffer.allocate(104)
        .put(0, new byte[] {'Q', 'F', 'I', (byte) 0xfb})
        .putInt(4, version);
  }

  private static ByteBuffer vmdk() {
    ByteBuffer header = ByteBuffer.allocate(10_000).order(ByteOrder.LITTLE_ENDIAN);
    return header.put(0, "KDMV".getBytes(StandardCharsets.US_ASCII)).putLong(12, 2048);
  }

  @Test
  void aWholeImageIsKnownByItsHeader() throws IOException {
    assertEquals("qcow2", of(qcow(2).array()).orElseThrow().driver());
    assertEquals("qcow2", of(qcow(3).array()).orElseThrow().driver());
    assertEquals("vmdk", of(vmdk().array()).orElseThrow().driver());
    assertEquals(Optional.empty(), of(new byte[512]));
    assertEquals(Optional.empty(), of(new byte[3]));
  }

  @Test
  void oneThatNamesAnotherFileIsRefused() {
    assertRefused(qcow(2).putLong(8, 200), "backing file");
    assertRefused(qcow(3).putLong(72, 4), "data is in another file");
    assertRefused(vmdk().putLong(12, 0), "data is in other files");
    byte[] parent = "parentFileNameHint=\"/etc/shadow\"".getBytes(StandardCharsets.US_ASCII);
    assertRefused(vmdk().put(512, parent), "parent");
  }

  @Test
  void andOneThatIsEncryptedOldOrCutShort() {
    assertRefused(qcow(2).putInt(32, 1), "encrypted");
    assertRefused(qcow(1), "QCOW version 1");
    assertRefused(ByteBuffer.wrap(new byte[] {'Q', 'F', 'I', (byte) 0xfb, 0}), "cut short");
  }
}
