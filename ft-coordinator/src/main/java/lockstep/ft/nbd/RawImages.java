package lockstep.ft.nbd;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import lockstep.ft.machine.Bytes;

/**
 * Copies raw image files into a disk and back, over NBD as a plain client. Zeroes take no space on
 * either side. Blocks its caller.
 */
public final class RawImages {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int BLOCK_BYTES = Nbd.BLOCK_BYTES_PREFERRED;

  /** One request zeroes at most this much; a multiple of the block size. */
  private static final int ZERO_BYTES_MAX = 1 << 30;

  private static final byte[] ZEROES = new byte[BLOCK_BYTES];

  /** Hears how far a copy is. */
  @FunctionalInterface
  public interface Progress {
    void copied(long doneBytes, long totalBytes);
  }

  private final EventLoopGroup group;
  private final InetSocketAddress server;
  private final String export;

  /**
   * @param export the disk, as {@code vm/disk}
   */
  public RawImages(EventLoopGroup group, InetSocketAddress server, String export) {
    this.group = group;
    this.server = server;
    this.export = export;
  }

  /**
   * Makes the disk equal to {@code image}, with zeroes behind its end, on stable storage.
   *
   * @throws IOException if the disk is smaller, read-only (because a VMM holds it) or can't be
   *     written, or the file can't be read; the disk may then be half written
   */
  public void importFrom(Path image, Progress progress) throws IOException {
    try (BlockingAttach disk = new BlockingAttach(group, server, export);
        FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
      ExportInfo info = disk.info();
      if (info.readOnly()) {
        throw new IOException(export + " is read-only now: a VMM holds it");
      }
      if (file.size() > info.sizeBytes()) {
        throw new IOException(
            image + " has " + file.size() + " bytes, " + export + " only " + info.sizeBytes());
      }
      clear(disk, info.sizeBytes());
      long total = file.size();
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      for (long offset = 0; offset < total; offset += chunk.limit()) {
        fill(file, chunk, offset);
        writeData(disk, offset, chunk);
        progress.copied(offset + chunk.limit(), total);
      }
      disk.drain();
      disk.submit(NbdRequest.flush(0));
      disk.drain();
    }
  }

  /**
   * Makes {@code image} a sparse file equal to the disk; a file of that name is replaced.
   *
   * @throws IOException if the disk can't be read or the file not be written; the file may then be
   *     half written
   */
  public void exportTo(Path image, Progress progress) throws IOException {
    try (BlockingAttach disk = new BlockingAttach(group, server, export);
        FileChannel file =
            FileChannel.open(
                image,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
      long total = disk.info().sizeBytes();
      long[] done = {0};
      disk.onRead(
          (offset, data) -> {
            writeData(file, offset, data);
            done[0] += data.length();
            progress.copied(done[0], total);
          });
      for (long offset = 0; offset < total; offset += CHUNK_BYTES) {
        disk.submit(NbdRequest.read(offset, offset, (int) Math.min(CHUNK_BYTES, total - offset)));
      }
      disk.drain();
      if (total > 0 && file.size() < total) {
        // The disk ends in zeroes: one byte at the end gives the file its length.
        file.write(ByteBuffer.allocate(1), total - 1);
      }
      file.force(true);
    }
  }

  private static void clear(BlockingAttach disk, long sizeBytes) throws IOException {
    for (long offset = 0; offset < sizeBytes; offset += ZERO_BYTES_MAX) {
      disk.submit(
          NbdRequest.writeZeroes(0, offset, (int) Math.min(ZERO_BYTES_MAX, sizeBytes - offset)));
    }
    // The server may carry out requests in any order; what follows must find zeroes.
    disk.drain();
  }

  private static void fill(FileChannel file, ByteBuffer chunk, long offset) throws IOException {
    chunk.clear();
    while (chunk.hasRemaining() && file.read(chunk, offset + chunk.position()) >= 0) {
      // A read may be short before the end of the file.
    }
    chunk.flip();
    if (!chunk.hasRemaining()) {
      throw new IOException("the image became shorter while it was read");
    }
  }

  private static void writeData(BlockingAttach disk, long offset, ByteBuffer chunk)
      throws IOException {
    byte[] bytes = chunk.array();
    int from = nextData(bytes, 0, chunk.limit());
    while (from < chunk.limit()) {
      int to = nextZeroes(bytes, from, chunk.limit());
      disk.submit(
          NbdRequest.write(0, offset + from, Bytes.of(Arrays.copyOfRange(bytes, from, to))));
      from = nextData(bytes, to, chunk.limit());
    }
  }

  private static void writeData(FileChannel file, long offset, Bytes data) throws IOException {
    byte[] bytes = data.array();
    int from = nextData(bytes, 0, bytes.length);
    while (from < bytes.length) {
      int to = nextZeroes(bytes, from, bytes.length);
      ByteBuffer run = ByteBuffer.wrap(bytes, from, to - from);
      while (run.hasRemaining()) {
        file.write(run, offset + run.position());
      }
      from = nextData(bytes, to, bytes.length);
    }
  }

  /** The first block boundary at or after {@code from} whose block holds data; or {@code limit}. */
  private static int nextData(byte[] bytes, int from, int limit) {
    int at = from;
    while (at < limit && isZero(bytes, at, limit)) {
      at += BLOCK_BYTES;
    }
    return Math.min(at, limit);
  }

  private static int nextZeroes(byte[] bytes, int from, int limit) {
    int at = from;
    while (at < limit && !isZero(bytes, at, limit)) {
      at += BLOCK_BYTES;
    }
    return Math.min(at, limit);
  }

  private static boolean isZero(byte[] bytes, int at, int limit) {
    int length = Math.min(BLOCK_BYTES, limit - at);
    return Arrays.equals(bytes, at, at + length, ZEROES, 0, length);
  }
}
