package lockstep.tools.disk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import lockstep.ft.nbd.ExportName;

/**
 * Makes an image file of a disk or snapshot: sparse, under another name until it is whole and
 * stable.
 */
final class DiskExport {
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int STATUS_BYTES_MAX = 1 << 30;
  private static final int BLOCK_BYTES = 4096;
  private static final String RAW = "raw";
  private static final String SUFFIX = ".partial";

  private final InetSocketAddress nbd;

  DiskExport(InetSocketAddress nbd) {
    this.nbd = nbd;
  }

  /**
   * @param format raw, or one that {@code qemu-img} knows
   * @param overwrite whether a file that is there may be replaced
   * @return the size of the disk
   */
  long run(ExportName disk, Path image, String format, boolean overwrite) throws IOException {
    if (Files.exists(image) && !overwrite) {
      throw new FileAlreadyExistsException(image.toString());
    }
    Path partial = image.resolveSibling(image.getFileName() + SUFFIX);
    Files.deleteIfExists(partial);
    long sizeBytes;
    try (Undo undo = new Undo(() -> Files.deleteIfExists(partial))) {
      try (NbdConnection connection = NbdConnection.open(nbd, disk.toString())) {
        sizeBytes = connection.sizeBytes();
        try (CopyProgress progress = new CopyProgress("exporting " + disk, sizeBytes)) {
          if (format.equals(RAW)) {
            copyRaw(connection, partial, progress);
          } else {
            QemuImg.copyOut(nbd, disk.toString(), partial, format, sizeBytes, progress);
          }
        }
      }
      Files.move(
          partial, image, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      undo.done();
    }
    return sizeBytes;
  }

  private static void copyRaw(NbdConnection disk, Path target, CopyProgress progress)
      throws IOException {
    try (FileChannel file =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      disk.onRead((offset, data) -> writeData(file, offset, data));
      long size = disk.sizeBytes();
      for (long at = 0; at < size; ) {
        int length = (int) Math.min(STATUS_BYTES_MAX, size - at);
        for (NbdConnection.Extent extent : disk.extents(at, length)) {
          if (!extent.zero()) {
            readAll(disk, extent, progress);
          }
          at = extent.offset() + extent.length();
          progress.advanceTo(at);
        }
      }
      disk.drain();
      if (size > 0 && file.size() < size) {
        // The disk ends in zeroes: one byte at the end gives the file its length.
        file.write(ByteBuffer.allocate(1), size - 1);
      }
      file.force(true);
    }
  }

  private static void readAll(
      NbdConnection disk, NbdConnection.Extent extent, CopyProgress progress) throws IOException {
    long end = extent.offset() + extent.length();
    for (long at = extent.offset(); at < end; at += CHUNK_BYTES) {
      disk.read(at, (int) Math.min(CHUNK_BYTES, end - at));
      progress.advanceTo(at);
    }
  }

  /** Leaves blocks of zeroes out. */
  private static void writeData(FileChannel file, long offset, byte[] data) throws IOException {
    int at = 0;
    while (at < data.length) {
      int from = at;
      while (from < data.length && DiskImport.isZero(data, from, data.length)) {
        from += BLOCK_BYTES;
      }
      int to = Math.min(from, data.length);
      while (to < data.length && !DiskImport.isZero(data, to, data.length)) {
        to = Math.min(to + BLOCK_BYTES, data.length);
      }
      ByteBuffer run = ByteBuffer.wrap(data, Math.min(from, data.length), Math.max(0, to - from));
      long position = offset + from;
      while (run.hasRemaining()) {
        position += file.write(run, position);
      }
      at = Math.max(to, at + 1);
    }
  }
}
