package lockstep.disk.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import lockstep.disk.store.StableFiles;

/** Files named by the SHA-256 of their content. Every method may be called on any thread. */
public final class Blobs {
  /** Kernels and initramfs are far smaller. */
  public static final long BLOB_BYTES_MAX = 512L << 20;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int COPY_BYTES = 64 << 10;

  /** The content is not what its name says, or too long. */
  public static final class NotThatBlobException extends Exception {
    private static final long serialVersionUID = 1;

    NotThatBlobException(String message) {
      super(message);
    }
  }

  private final Path directory;

  public Blobs(Path directory) {
    this.directory = directory;
  }

  /** Whether {@code text} can name a blob. */
  public static boolean isDigest(String text) {
    return DIGEST.matcher(text).matches();
  }

  /** The file of a blob, if it is stored. */
  public Optional<Path> find(String digest) {
    Path file = directory.resolve(digest);
    return Files.exists(file) ? Optional.of(file) : Optional.empty();
  }

  /**
   * Stores a blob; it is on stable storage when this returns, or not there at all.
   *
   * @throws NotThatBlobException if the content has another digest, or is too long
   * @throws IOException if it can't be read or stored
   */
  public void store(String digest, InputStream content) throws IOException, NotThatBlobException {
    Path temporary = Files.createTempFile(directory, digest, ".part");
    try {
      String found = copy(content, temporary);
      if (!found.equals(digest)) {
        throw new NotThatBlobException("the content has the digest " + found);
      }
      Files.move(
          temporary,
          directory.resolve(digest),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      StableFiles.syncDirectory(directory);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static String copy(InputStream content, Path target)
      throws IOException, NotThatBlobException {
    MessageDigest sha256 = sha256();
    try (FileChannel out = FileChannel.open(target, StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[COPY_BYTES];
      long total = 0;
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        total += n;
        if (total > BLOB_BYTES_MAX) {
          throw new NotThatBlobException("a blob has at most " + BLOB_BYTES_MAX + " bytes");
        }
        sha256.update(buffer, 0, n);
        ByteBuffer part = ByteBuffer.wrap(buffer, 0, n);
        while (part.hasRemaining()) {
          out.write(part);
        }
      }
      out.force(true);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
