package lockstep.tools.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A finished guest in a directory: {@code kernel}, {@code initramfs}, {@code root.img}, {@code
 * guest.json}.
 */
public record Guest(Path directory, GuestDescription description) {
  static final String KERNEL = "kernel";
  static final String INITRAMFS = "initramfs";
  static final String ROOT = "root.img";
  static final String DESCRIPTION = "guest.json";

  /** What the description describes, in the order in which an exported guest has them. */
  static final List<String> FILES = List.of(KERNEL, INITRAMFS, ROOT);

  /** The raw kernel Image. */
  public Path kernel() {
    return directory.resolve(KERNEL);
  }

  /** An uncompressed cpio archive. */
  public Path initramfs() {
    return directory.resolve(INITRAMFS);
  }

  /** The root disk, ext4, sparse. Never written to: it is the original of a guest's disk. */
  public Path rootDisk() {
    return directory.resolve(ROOT);
  }

  /**
   * The guest in a directory, if a whole one is there: every file is present in its described size.
   *
   * @throws ImageException where there is a description, but a damaged one
   */
  public static Optional<Guest> open(Path directory) throws IOException, ImageException {
    Path file = directory.resolve(DESCRIPTION);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    GuestDescription description = GuestDescription.fromJson(Files.readString(file));
    for (String name : FILES) {
      Path described = directory.resolve(name);
      GuestDescription.FileDescription expected = description.files().get(name);
      if (expected == null
          || !Files.isRegularFile(described)
          || Files.size(described) != expected.sizeBytes()) {
        return Optional.empty();
      }
    }
    return Optional.of(new Guest(directory, description));
  }
}
