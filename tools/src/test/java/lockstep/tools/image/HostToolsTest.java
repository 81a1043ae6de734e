package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostToolsTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void allThatIsMissingIsNamedInOneLineWithItsPackages() throws IOException {
    for (String present : List.of("apt-get", "apt-config", "debugfs")) {
      assertTrue(
          Files.createFile(directory.resolve(present)).toFile().setExecutable(true), present);
    }
    ImageException missing =
        assertThrows(ImageException.class, () -> HostTools.find(List.of(directory)));
    assertEquals(
        "this host lacks dpkg-deb, mke2fs; on Debian: apt-get install dpkg e2fsprogs; or bring a"
            + " guest with `lockstep image import`",
        missing.getMessage());
  }

  @Test
  void aToolThatFailsIsReportedByItsErrorLine() throws Exception {
    ImageException failed =
        assertThrows(
            ImageException.class,
            () ->
                HostTools.run(
                    new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "echo 'E: no such package' >&2; echo more >&2; exit 100")));
    assertEquals("sh failed with status 100: E: no such package", failed.getMessage());
  }
}
