package lockstep.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Path;
import lockstep.tools.cluster.StateDirectory;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestImages;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --guest}, of every benchmark that boots one. */
public final class GuestOption {
  @Option(
      names = "--guest",
      paramLabel = "DIR",
      description = "A finished guest with Redis (default: guest/ of the state directory).")
  private @Nullable Path directory;

  /** The guest that was asked for; made if it is not there. */
  public Guest ensure(StateDirectory state, Progress progress) throws IOException, ImageException {
    return GuestImages.ensureDefault(directory == null ? state.guest() : directory, progress);
  }
}
