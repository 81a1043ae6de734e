package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DebianPackageTest {
  private static final String SHA256 = "0123456789abcdef".repeat(4);

  @Test
  void isReadFromAptsLineWithTheEpochOfItsVersion() {
    assertEquals(
        Optional.of(
            new DebianPackage(
                "redis-server",
                "5:8.0.2-3+deb13u2",
                "riscv64",
                "redis-server_5%3a8.0.2-3+deb13u2_riscv64.deb",
                66_576,
                SHA256)),
        DebianPackage.ofUriLine(
            "'http://mirror.example/r.deb' redis-server_5%3a8.0.2-3+deb13u2_riscv64.deb 66576 SHA256:"
                + SHA256));
  }

  @Test
  void isReadWhicheverMethodOfAptItComesBy() {
    String line =
        "'mirror+file:/etc/apt/mirrors/debian.list/pool/a_1_all.deb' a_1_all.deb 7 SHA256:"
            + SHA256;
    assertEquals("a_1_all.deb", DebianPackage.ofUriLine(line).orElseThrow().fileName());
  }

  @Test
  void isNotReadFromALineWithAWeakDigestOrNone() {
    assertEquals(
        Optional.empty(),
        DebianPackage.ofUriLine("'http://mirror.example/a.deb' a_1_all.deb 7 MD5Sum:ab"));
    assertEquals(Optional.empty(), DebianPackage.ofUriLine("Reading package lists..."));
  }
}
