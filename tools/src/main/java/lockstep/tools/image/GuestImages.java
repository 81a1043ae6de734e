package lockstep.tools.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Guests for the rest of Lockstep and for tests. */
public final class GuestImages {
  /** A system property that names another cache than {@code ~/.cache/lockstep}. */
  public static final String CACHE_PROPERTY = "lockstep.guest.cache";

  private GuestImages() {}

  /** Where downloads stay between two builds. */
  public static Path defaultCache() {
    String chosen = System.getProperty(CACHE_PROPERTY, "");
    if (!chosen.isEmpty()) {
      return Path.of(chosen);
    }
    String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    return (xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg))
        .resolve("lockstep");
  }

  /** A place beside the cache for a default guest that several users share, tests above all. */
  public static Path sharedDirectory() {
    return defaultCache().resolve("guest");
  }

  /**
   * The default guest (Redis) in {@code directory}: the one that is there, whichever recipe made
   * it, or else one built now.
   *
   * @throws ImageException saying in one line what is missing on this host
   */
  public static Guest ensureDefault(Path directory, Progress progress)
      throws IOException, ImageException {
    Optional<Guest> present = Guest.open(directory);
    if (present.isPresent()) {
      return present.get();
    }
    return new GuestBuilder(GuestRecipe.redis(), defaultCache(), Optional.empty(), progress)
        .build(directory, false);
  }

  /** The same without a word to the user. */
  public static Guest ensureDefault(Path directory) throws IOException, ImageException {
    return ensureDefault(directory, Progress.none());
  }
}
