package lockstep.disk.store;

import java.io.IOException;
import java.util.Optional;

/**
 * Makes one file's changes stable, until that fails once; it fails from then on. The system reports
 * a failure to write to one who asks, and forgets what it could not write: the next one would be
 * told that all is well. So one asks after the other, too.
 */
final class FileSync {
  /** Asks the system. */
  @FunctionalInterface
  interface Force {
    void run() throws IOException;
  }

  private Optional<IOException> failure = Optional.empty();

  synchronized void run(Force force) throws IOException {
    if (failure.isPresent()) {
      throw new IOException(
          "what was written before may be lost: " + failure.get().getMessage(), failure.get());
    }
    try {
      force.run();
    } catch (IOException e) {
      failure = Optional.of(e);
      throw e;
    }
  }
}
