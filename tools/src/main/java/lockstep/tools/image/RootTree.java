package lockstep.tools.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * The root file system before it is on a disk: paths, owners and modes as the packages have them;
 * contents wait in files of a work directory. {@code bin}, {@code sbin} and {@code lib} are links
 * into {@code usr}, and what packages put below them lands there.
 */
final class RootTree {
  /** An entry of the tree. */
  sealed interface Node {}

  record Directory(int mode, long uid, long gid) implements Node {}

  record RegularFile(int mode, long uid, long gid, Path content) implements Node {}

  record Symlink(String target) implements Node {}

  private static final int PERMISSIONS = 07777;
  private static final int PLAIN = 0644;
  private static final int EXECUTABLE = 0755;

  private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib64");

  /** What a server's guest does not read. */
  private static final List<String> TRIMMED =
      List.of(
          "boot/",
          "usr/share/bug/",
          "usr/share/doc/",
          "usr/share/doc-base/",
          "usr/share/info/",
          "usr/share/lintian/",
          "usr/share/locale/",
          "usr/share/man/");

  private final NavigableMap<String, Node> nodes = new TreeMap<>();
  private final Path work;
  private int contents;

  /**
   * @param work an empty directory for the files' contents
   */
  RootTree(Path work) {
    this.work = work;
    for (String directory : List.of("usr", "usr/bin", "usr/sbin", "usr/lib")) {
      directory(directory);
    }
    MERGED.forEach(link -> nodes.put(link, new Symlink("usr/" + link)));
    nodes.remove("lib64");
  }

  /** All entries by path, so that a directory comes before what is in it. */
  SortedMap<String, Node> nodes() {
    return nodes;
  }

  /** Lays a package's files over what is there. */
  void add(HostTools tools, Path deb) throws IOException, ImageException {
    DebFile.read(tools, deb, this::add);
  }

  void add(String packagePath, TarArchiveEntry entry, InputStream content)
      throws IOException, ImageException {
    String path = merged(packagePath);
    if (TRIMMED.stream().anyMatch((path + '/')::startsWith) || MERGED.contains(path)) {
      return;
    }
    int mode = entry.getMode() & PERMISSIONS;
    long uid = entry.getLongUserId();
    long gid = entry.getLongGroupId();
    if (entry.isDirectory()) {
      nodes.put(path, new Directory(mode, uid, gid));
    } else if (entry.isSymbolicLink()) {
      nodes.put(path, new Symlink(entry.getLinkName()));
    } else if (entry.isLink()) {
      Node target = nodes.get(merged(entry.getLinkName().replaceFirst("^(\\./)?", "")));
      if (target == null) {
        throw new ImageException("%s is a link to nothing".formatted(path));
      }
      nodes.put(path, target);
    } else if (entry.isFile()) {
      nodes.put(path, new RegularFile(mode, uid, gid, keep(content)));
    } else {
      throw new ImageException("%s is a device, which no package should have".formatted(path));
    }
  }

  /** Makes a directory where no package has made one. */
  void directory(String path) {
    nodes.putIfAbsent(path, new Directory(EXECUTABLE, 0, 0));
  }

  void file(String path, String text) throws IOException {
    nodes.put(path, new RegularFile(PLAIN, 0, 0, keep(text)));
  }

  void script(String path, String text) throws IOException {
    nodes.put(path, new RegularFile(EXECUTABLE, 0, 0, keep(text)));
  }

  void symlink(String path, String target) {
    nodes.put(path, new Symlink(target));
  }

  /** Links all of busybox's commands that no package brings. */
  void linkBusybox() throws IOException, ImageException {
    for (String applet : BusyboxApplets.of(busybox())) {
      if (!nodes.containsKey("usr/bin/" + applet) && !nodes.containsKey("usr/sbin/" + applet)) {
        symlink("usr/bin/" + applet, "/usr/bin/busybox");
      }
    }
  }

  /** The static busybox, which serves the initramfs too. */
  byte[] busybox() throws IOException, ImageException {
    if (nodes.get("usr/bin/busybox") instanceof RegularFile busybox) {
      return Files.readAllBytes(busybox.content());
    }
    throw new ImageException("the packages bring no /usr/bin/busybox");
  }

  private static String merged(String path) {
    int slash = path.indexOf('/');
    return slash > 0 && MERGED.contains(path.substring(0, slash)) ? "usr/" + path : path;
  }

  private Path keep(String text) throws IOException {
    return keep(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Path keep(InputStream content) throws IOException {
    Path file = work.resolve(Integer.toString(contents++));
    Files.copy(content, file);
    return file;
  }
}
