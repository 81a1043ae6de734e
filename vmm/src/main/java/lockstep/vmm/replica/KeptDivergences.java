package lockstep.vmm.replica;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

  /** Where {@code self} keeps its side. */
  Path fileFor(Divergence divergence, ReplicaId self) {
    String role = divergence.by() == Role.PRIMARY ? "primary" : "backup";
    return directory.resolve(
        "%sepoch%d-at-%d-%s-%s.lockstep"
            .formatted(prefix(), divergence.epoch(), divergence.position(), role, self.brief()));
  }

  private String prefix() {
    return "diverged-" + vm + "-";
  }

  /** Makes the directory, and room in it for one file more. */
  void makeRoom() throws IOException {
    Files.createDirectories(directory);
    record Kept(Path file, FileTime at) {}
    List<Kept> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, prefix() + "epoch*")) {
      for (Path file : found) {
        files.add(new Kept(file, Files.getLastModifiedTime(file)));
      }
    }
    files.sort(Comparator.comparing(Kept::at));
    for (int i = 0; i <= files.size() - FILES_MAX; i++) {
      Files.deleteIfExists(files.get(i).file);
    }
  }
}
