package lockstep.tools.image;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/**
 * A guest as one file, for hosts that cannot build one: a gzipped tar of {@code guest.json}, {@code
 * kernel}, {@code initramfs}, {@code root.img}, in this order. What is read back is checked against
 * the digests of {@code guest.json} before anything takes its place; zeros become holes again.
 */
public final class GuestArchive {
  /** A description larger than this is none. */
  private static final int DESCRIPTION_BYTES_MAX = 1 << 20;

  private static final int MODE = 0644;

  private GuestArchive() {}

  /** The same guest gives the same bytes. */
  public static void write(Guest guest, Path file, Progress progress)
      throws IOException, ImageException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    GzipParameters parameters = new GzipParameters();
    parameters.setCompressionLevel(Deflater.BEST_SPEED);
    long total = guest.description().files().values().stream().mapToLong(f -> f.sizeBytes()).sum();
    try (Progress.Step step = progress.step("writing " + file.getFileName(), total)) {
      try (OutputStream out = Files.newOutputStream(partial);
          TarArchiveOutputStream tar =
              new TarArchiveOutputStream(
                  new BufferedOutputStream(
                      new GzipCompressorOutputStream(out, parameters), Digests.BUFFER_BYTES))) {
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        byte[] description = guest.description().toJson().getBytes(StandardCharsets.UTF_8);
        begin(tar, Guest.DESCRIPTION, description.length);
        tar.write(description);
        tar.closeArchiveEntry();
        long done = 0;
        for (String name : Guest.FILES) {
          done = copy(guest, name, tar, step, done);
        }
      }
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static long copy(
      Guest guest, String name, TarArchiveOutputStream tar, Progress.Step step, long before)
      throws IOException, ImageException {
    GuestDescription.FileDescription expected = described(guest.description(), name);
    begin(tar, name, expected.sizeBytes());
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[Digests.BUFFER_BYTES];
    long done = before;
    try (InputStream in = Files.newInputStream(guest.directory().resolve(name))) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        tar.write(buffer, 0, n);
        done += n;
        step.advanceTo(done);
      }
    }
    tar.closeArchiveEntry();
    if (!Digests.hex(digest).equals(expected.sha256())) {
      throw new ImageException("%s has changed since it was built".formatted(name));
    }
    return done;
  }

  private static void begin(TarArchiveOutputStream tar, String name, long sizeBytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(sizeBytes);
    entry.setMode(MODE);
    entry.setModTime(0L);
    tar.putArchiveEntry(entry);
  }

  /**
   * Reads an exported guest into {@code output}, replacing what is there.
   *
   * @throws ImageException where the file is not an exported guest, or a damaged one; then what was
   *     in {@code output} is untouched
   */
  public static Guest read(Path file, Path output, Progress progress)
      throws IOException, ImageException {
    if (!Files.isRegularFile(file)) {
      throw new ImageException("no such file: " + file);
    }
    Files.createDirectories(output);
    Path work = Files.createTempDirectory(output, ".importing-");
    try (InputStream in = Files.newInputStream(file)) {
      GuestDescription description = unpack(in, file, work, progress);
      GuestBuilder.publish(work, output, description);
      return new Guest(output, description);
    } finally {
      Directories.deleteTree(work);
    }
  }

  /** What the exported guest in {@code file} is; reads no further than its description. */
  static GuestDescription describe(Path file) throws IOException, ImageException {
    if (!Files.isRegularFile(file)) {
      throw new ImageException("no such file: " + file);
    }
    try (InputStream in = Files.newInputStream(file);
        TarArchiveInputStream tar = new TarArchiveInputStream(unzipped(in, file))) {
      return description(tar, file);
    } catch (EOFException | ZipException e) {
      throw new ImageException("%s is cut off or damaged".formatted(file), e);
    }
  }

  private static GzipCompressorInputStream unzipped(InputStream in, Path file)
      throws ImageException {
    try {
      return new GzipCompressorInputStream(new BufferedInputStream(in));
    } catch (IOException e) {
      throw new ImageException("%s is not an exported guest".formatted(file), e);
    }
  }

  private static GuestDescription description(TarArchiveInputStream tar, Path file)
      throws IOException, ImageException {
    next(tar, Guest.DESCRIPTION, file);
    return GuestDescription.fromJson(
        new String(tar.readNBytes(DESCRIPTION_BYTES_MAX), StandardCharsets.UTF_8));
  }

  private static GuestDescription unpack(InputStream in, Path file, Path work, Progress progress)
      throws IOException, ImageException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(unzipped(in, file))) {
      GuestDescription description = description(tar, file);
      long total = description.files().values().stream().mapToLong(f -> f.sizeBytes()).sum();
      try (Progress.Step step = progress.step("reading " + file.getFileName(), total)) {
        long done = 0;
        for (String name : Guest.FILES) {
          next(tar, name, file);
          done = extract(tar, work.resolve(name), described(description, name), step, done);
        }
      }
      return description;
    } catch (EOFException | ZipException e) {
      throw new ImageException("%s is cut off or damaged".formatted(file), e);
    } catch (IOException e) {
      if (e.getMessage() != null && e.getMessage().contains("No space left")) {
        throw e;
      }
      throw new ImageException("%s is cut off or damaged".formatted(file), e);
    }
  }

  private static void next(TarArchiveInputStream tar, String name, Path file)
      throws IOException, ImageException {
    TarArchiveEntry entry = tar.getNextEntry();
    if (entry == null || !entry.getName().equals(name)) {
      throw new ImageException("%s is not an exported guest: it has no %s".formatted(file, name));
    }
  }

  private static long extract(
      InputStream in,
      Path target,
      GuestDescription.FileDescription expected,
      Progress.Step step,
      long before)
      throws IOException, ImageException {
    MessageDigest digest = Digests.sha256();
    byte[] block = new byte[GuestRecipe.BLOCK_BYTES];
    byte[] zeros = new byte[GuestRecipe.BLOCK_BYTES];
    long size = 0;
    try (FileChannel out =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int n = in.readNBytes(block, 0, block.length);
          n > 0;
          n = in.readNBytes(block, 0, block.length)) {
        digest.update(block, 0, n);
        size += n;
        if (size > expected.sizeBytes()) {
          throw new ImageException("%s is longer than it says".formatted(target.getFileName()));
        }
        boolean last = n < block.length || size == expected.sizeBytes();
        if (last || !Arrays.equals(block, zeros)) {
          writeAt(out, ByteBuffer.wrap(block, 0, n), size - n);
        }
        step.advanceTo(before + size);
      }
    }
    if (size != expected.sizeBytes() || !Digests.hex(digest).equals(expected.sha256())) {
      throw new ImageException(
          "%s in the exported guest is not what its guest.json says"
              .formatted(target.getFileName()));
    }
    return before + size;
  }

  private static void writeAt(FileChannel out, ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += out.write(bytes, at);
    }
  }

  private static GuestDescription.FileDescription described(
      GuestDescription description, String name) {
    GuestDescription.FileDescription file = description.files().get(name);
    if (file == null) {
      throw new IllegalStateException("checked when it was read: " + name);
    }
    return file;
  }
}
