package lockstep.tools.disk;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import lockstep.ft.nbd.ExportName;

/**
 * Makes a disk of an image. The image goes into a new disk beside, which takes the name when it is
 * whole and stable: whoever interrupts this finds the old disk, or none.
 */
final class DiskImport {
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int BLOCK_BYTES = 4096;
  private static final byte[] ZEROES = new byte[BLOCK_BYTES];

  /** How a disk under way is called. */
  private static final String SUFFIX = "-importing";

  private final DiskApi api;
  private final InetSocketAddress nbd;

  DiskImport(DiskApi api, InetSocketAddress nbd) {
    this.api = api;
    this.nbd = nbd;
  }

  /**
   * @param sizeBytes of the disk; 0 for the image's, and for that of the disk it replaces if that
   *     is larger
   * @param overwrite whether a disk that is there may be replaced
   * @return the size of the disk
   */
  long run(Path image, ExportName disk, long sizeBytes, boolean overwrite) throws IOException {
    Optional<ForeignImage> foreign = ForeignImage.of(image);
    long imageBytes = foreign.isPresent() ? QemuImg.virtualBytes(foreign.get()) : Files.size(image);
    Optional<JsonNode> old = api.find(disk.path());
    if (old.isPresent() && !overwrite) {
      throw new IOException(disk.path() + " is there already; --overwrite replaces it");
    }
    long oldBytes = old.map(found -> found.path("sizeBytes").asLong()).orElse(0L);
    long size = sizeBytes > 0 ? sizeBytes : Math.max(imageBytes, oldBytes);
    if (imageBytes > size) {
      throw new IOException(image + " has " + imageBytes + " bytes, the disk only " + size);
    }
    String partial = disk.path() + SUFFIX;
    if (api.find(partial).isPresent()) {
      api.delete(partial); // of an import that was killed
    }
    api.create(partial, size);
    UnderWay copying = new UnderWay();
    try (Undo undo = new Undo(() -> takeBack(partial, copying));
        CopyProgress progress = new CopyProgress("importing " + disk.path(), imageBytes)) {
      if (foreign.isPresent()) {
        QemuImg.copyIn(foreign.get(), imageBytes, nbd, partial, progress, copying);
      } else {
        copyRaw(image, imageBytes, partial, progress, copying);
      }
      // The server notes a moment later that the copy's connection has ended.
      AfterDetach.retry(
          () -> {
            if (old.isPresent()) {
              api.replace(disk.path(), partial);
            } else {
              api.rename(partial, disk.path());
            }
          });
      undo.done();
    }
    return size;
  }

  /** Who is interrupted may be copying still, and the server deletes no disk that is in use. */
  private void takeBack(String partial, UnderWay copying) throws IOException {
    copying.end();
    AfterDetach.retry(() -> api.delete(partial));
  }

  private void copyRaw(
      Path image, long imageBytes, String export, CopyProgress progress, UnderWay copying)
      throws IOException {
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ);
        NbdConnection disk = NbdConnection.open(nbd, export)) {
      copying.is(disk::drop);
      byte[] bytes = new byte[CHUNK_BYTES];
      ByteBuffer chunk = ByteBuffer.wrap(bytes);
      for (long at = 0; at < imageBytes; at += chunk.limit()) {
        chunk.clear();
        while (chunk.hasRemaining() && file.read(chunk, at + chunk.position()) >= 0) {
          // A read may be short before the end of the file.
        }
        chunk.flip();
        if (!chunk.hasRemaining()) {
          throw new IOException(image + " became shorter while it was read");
        }
        writeData(disk, at, bytes, chunk.limit());
        progress.advanceTo(at + chunk.limit());
      }
      disk.flush();
    }
  }

  /** Zeroes are there already. */
  private static void writeData(NbdConnection disk, long offset, byte[] bytes, int end)
      throws IOException {
    int at = 0;
    while (at < end) {
      int from = at;
      while (from < end && isZero(bytes, from, end)) {
        from += BLOCK_BYTES;
      }
      int to = Math.min(from, end);
      while (to < end && !isZero(bytes, to, end)) {
        to = Math.min(to + BLOCK_BYTES, end);
      }
      if (from < to) {
        disk.write(offset + from, bytes, from, to - from);
      }
      at = Math.max(to, at + 1);
    }
  }

  /** Whether the block at {@code at} is zeroes. */
  static boolean isZero(byte[] bytes, int at, int end) {
    int length = Math.min(BLOCK_BYTES, end - at);
    return Arrays.equals(bytes, at, at + length, ZEROES, 0, length);
  }
}
