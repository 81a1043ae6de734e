package lockstep.vmm.replica;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.core.Divergence;
import lockstep.ft.core.Role;

/**
 * The files of divergences in a directory, which several replicas may share. None overwrites
 * another; of each VM the newest are kept.
 */
final class KeptDivergences {
  /** Files of a VM, two for each divergence if primary and backup share the directory. */
  static final int FILES_MAX = 8;

  private final Path directory;
  private final String vm;

  KeptDivergences(Path directory, String vm) {
    this.directory = directory;
    this.vm = vm;
  }

  private Path fileFor(Divergence divergence, ReplicaId self) {
    String role = divergence.by() == Role.PRIMARY ? "primary" : "backup";
    return directory.resolve(
        "%sepoch%d-at-%d-%s-%s.lockstep"
            .formatted(prefix(), divergence.epoch(), divergence.position(), role, self.brief()));
  }

  private String prefix() {
    return "diverged-" + vm + "-";
  }

  /** Writes one side of a divergence. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Keeps {@code self}'s side, all of it or nothing. Whatever goes wrong is told by the answer: a
   * guest that is live must survive it.
   *
   * @param nanosMax so long does the caller's thread have for {@code content}; what it has given by
   *     then is written without it
   * @return the file, once it is there
   */
  CompletableFuture<Path> keep(
      Divergence divergence, ReplicaId self, long nanosMax, Content content) {
    BackgroundFile file = BackgroundFile.begin(fileFor(divergence, self), this::makeRoom, nanosMax);
    try {
      content.writeTo(file);
      return file.end();
    } catch (IOException | RuntimeException e) {
      return file.abandon(e);
    }
  }

  /**
   * Makes the directory, and room in it for one file more. Others may do so too: what has gone is
   * no concern.
   */
  private void makeRoom() throws IOException {
    Files.createDirectories(directory);
    record Kept(Path file, FileTime at) {}
    List<Kept> files = new ArrayList<>();
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(directory, prefix() + "epoch*.lockstep")) {
      for (Path file : found) {
        modified(file).ifPresent(at -> files.add(new Kept(file, at)));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    files.sort(Comparator.comparing(Kept::at));
    for (int i = 0; i <= files.size() - FILES_MAX; i++) {
      Files.deleteIfExists(files.get(i).file);
    }
  }

  private static Optional<FileTime> modified(Path file) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
