package lockstep.tools.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lockstep.ft.definition.VmDefinition.PublishedPort;

/** Guests for the rest of Lockstep and for tests. */
public final class GuestImages {
  private GuestImages() {}

  /** Where downloads stay between two builds. */
  public static Path defaultCache() {
    String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    return (xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg))
        .resolve("lockstep");
  }

  /** The ports that the default guest publishes, each at its own number. */
  public static List<PublishedPort> defaultPorts() {
    return GuestRecipe.redis().ports().stream().map(port -> new PublishedPort(port, port)).toList();
  }

  /**
   * The guest in {@code directory}: the one that is there, whichever recipe made it, or else the
   * default one (Redis), built now.
   *
   * @param mirror of Debian; empty: the one of the host's own apt sources
   * @throws ImageException saying in one line what is missing on this host
   */
  public static Guest ensureDefault(Path directory, Optional<String> mirror, Progress progress)
      throws IOException, ImageException {
    Optional<Guest> present = Guest.open(directory);
    if (present.isPresent()) {
      return present.get();
    }
    return new GuestBuilder(GuestRecipe.redis(), defaultCache(), mirror, progress)
        .build(directory, false);
  }

  /** The same from the host's own mirror. */
  public static Guest ensureDefault(Path directory, Progress progress)
      throws IOException, ImageException {
    return ensureDefault(directory, Optional.empty(), progress);
  }

  /**
   * What a guest is, without unpacking it.
   *
   * @param path a finished guest's directory, or an exported guest
   */
  public static GuestDescription describe(Path path) throws IOException, ImageException {
    return Files.isDirectory(path) ? finished(path).description() : GuestArchive.describe(path);
  }

  /**
   * A guest at {@code path}: that directory itself, or an exported guest, read into {@code
   * directory} unless it is there already.
   */
  public static Guest open(Path path, Path directory, Progress progress)
      throws IOException, ImageException {
    if (Files.isDirectory(path)) {
      return finished(path);
    }
    GuestDescription wanted = GuestArchive.describe(path);
    Optional<Guest> present = Guest.open(directory);
    return present.isPresent() && present.get().description().isSameGuest(wanted)
        ? present.get()
        : GuestArchive.read(path, directory, progress);
  }

  private static Guest finished(Path directory) throws IOException, ImageException {
    return Guest.open(directory)
        .orElseThrow(() -> new ImageException("no finished guest in " + directory));
  }
}
