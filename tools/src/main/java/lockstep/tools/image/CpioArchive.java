package lockstep.tools.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/**
 * An initramfs in the making: an uncompressed cpio of format newc, which a kernel unpacks without
 * work. The same entries in the same order give the same bytes.
 */
final class CpioArchive {
  private static final int EXECUTABLE = 0755;
  private static final int SYMLINK = 0777;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CpioArchiveOutputStream out =
      new CpioArchiveOutputStream(bytes, CpioConstants.FORMAT_NEW, 512, "UTF-8");
  private long inode = 1;

  void directory(String path) throws IOException {
    put(path, CpioConstants.C_ISDIR | EXECUTABLE, new byte[0]);
  }

  void file(String path, byte[] content) throws IOException {
    put(path, CpioConstants.C_ISREG | EXECUTABLE, content);
  }

  void symlink(String path, String target) throws IOException {
    put(path, CpioConstants.C_ISLNK | SYMLINK, target.getBytes(StandardCharsets.UTF_8));
  }

  byte[] finish() throws IOException {
    out.close();
    return bytes.toByteArray();
  }

  private void put(String path, int mode, byte[] content) throws IOException {
    CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, path, content.length);
    entry.setMode(mode);
    entry.setTime(0);
    entry.setInode(inode++);
    entry.setNumberOfLinks(1);
    out.putArchiveEntry(entry);
    out.write(content);
    out.closeArchiveEntry();
  }
}
