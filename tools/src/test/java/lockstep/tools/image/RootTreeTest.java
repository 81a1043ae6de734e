package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RootTreeTest {
  @TempDir private Path work = Path.of("");
  private RootTree tree = new RootTree(Path.of(""));

  @BeforeEach
  void emptyTree() {
    tree = new RootTree(work);
  }

  @Test
  void whatAPackagePutsIntoBinLandsInUsrBin() throws Exception {
    addFile("bin/ls", "program");
    addFile("lib/riscv64-linux-gnu/libc.so.6", "library");
    assertEquals("program", content("usr/bin/ls"));
    assertEquals("library", content("usr/lib/riscv64-linux-gnu/libc.so.6"));
    assertEquals(new RootTree.Symlink("usr/bin"), tree.nodes().get("bin"));
  }

  @Test
  void aPackagesOwnDirectoryBinDoesNotReplaceTheLink() throws Exception {
    tree.add("bin", new TarArchiveEntry("bin/"), new ByteArrayInputStream(new byte[0]));
    assertEquals(new RootTree.Symlink("usr/bin"), tree.nodes().get("bin"));
  }

  @Test
  void documentationIsLeftOut() throws Exception {
    addFile("usr/share/doc/redis/README", "text");
    addFile("usr/share/docker", "kept");
    assertFalse(tree.nodes().containsKey("usr/share/doc/redis/README"));
    assertEquals("kept", content("usr/share/docker"));
  }

  @Test
  void hardLinksBecomeFilesOfTheSameContent() throws Exception {
    addFile("usr/bin/perl", "program");
    TarArchiveEntry link = new TarArchiveEntry("usr/bin/perl5", TarConstants.LF_LINK);
    link.setLinkName("./usr/bin/perl");
    tree.add("usr/bin/perl5", link, new ByteArrayInputStream(new byte[0]));
    assertEquals("program", content("usr/bin/perl5"));
    TarArchiveEntry dangling = new TarArchiveEntry("a", TarConstants.LF_LINK);
    dangling.setLinkName("./nowhere");
    assertThrows(
        ImageException.class, () -> tree.add("a", dangling, new ByteArrayInputStream(new byte[0])));
  }

  @Test
  void modesAndOwnersAreThoseOfThePackage() throws Exception {
    TarArchiveEntry entry = new TarArchiveEntry("usr/bin/su");
    entry.setMode(0104755);
    entry.setIds(12, 42);
    tree.add("usr/bin/su", entry, new ByteArrayInputStream(new byte[0]));
    RootTree.RegularFile file =
        assertInstanceOf(RootTree.RegularFile.class, tree.nodes().get("usr/bin/su"));
    assertEquals(04755, file.mode());
    assertEquals(12, file.uid());
    assertEquals(42, file.gid());
  }

  private void addFile(String path, String text) throws IOException, ImageException {
    tree.add(
        path,
        new TarArchiveEntry(path),
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private String content(String path) throws IOException {
    return Files.readString(
        assertInstanceOf(RootTree.RegularFile.class, tree.nodes().get(path)).content());
  }
}
