package lockstep.tools.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads the files of a {@code .deb}, as {@code dpkg-deb --fsys-tarfile} gives them. */
final class DebFile {
  private DebFile() {}

  /** Told of each entry in the archive's order. */
  interface Visitor {
    /**
     * @param path without {@code ./} in front and without a slash at the end; never empty
     * @param content the entry's bytes, to be read before the visit returns
     */
    void visit(String path, TarArchiveEntry entry, InputStream content)
        throws IOException, ImageException;
  }

  static void read(HostTools tools, Path deb, Visitor visitor) throws IOException, ImageException {
    Process process =
        tools
            .process(HostTool.DPKG_DEB, List.of("--fsys-tarfile", deb.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new BufferedInputStream(process.getInputStream(), Digests.BUFFER_BYTES))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String path = clean(entry.getName());
        if (!path.isEmpty()) {
          visitor.visit(path, entry, tar);
        }
      }
      // What follows the archive's end is padding; dpkg-deb must be able to write it.
      process.getInputStream().skip(Long.MAX_VALUE);
    } catch (IOException e) {
      throw new ImageException("%s is not a whole Debian package".formatted(deb), e);
    } finally {
      process.destroy();
    }
    if (HostTools.await(process) != 0) {
      throw new ImageException("%s is not a whole Debian package".formatted(deb));
    }
  }

  private static String clean(String name) throws ImageException {
    String path = name.replaceAll("^(\\./|/)+", "").replaceAll("/+$", "");
    if (path.equals(".")) {
      return "";
    }
    if (List.of(path.split("/")).contains("..")) {
      throw new ImageException("a package's file leaves the root: " + name);
    }
    return path;
  }
}
