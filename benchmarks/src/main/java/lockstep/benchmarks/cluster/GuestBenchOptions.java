package lockstep.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Path;
import lockstep.tools.StateOption;
import lockstep.tools.image.Guest;
import lockstep.tools.image.GuestImages;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every benchmark that boots a guest can be told. */
public final class GuestBenchOptions {
  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--guest",
      paramLabel = "DIR",
      description = "A finished guest with Redis (default: guest/ of the state directory).")
  private @Nullable Path guest;

  @Option(names = "--tsv", description = "Print tab-separated values, not a table.")
  private boolean tsv;

  /** The guest that was asked for; made if it is not there. */
  public Guest ensureGuest(Progress progress) throws IOException, ImageException {
    return GuestImages.ensureDefault(guest == null ? state.directory().guest() : guest, progress);
  }

  /** Where a benchmark of that name keeps its own servers' things. */
  public Path place(String name) {
    return state.directory().root().resolve(name);
  }

  /** Whether lines of values are wanted, and no table. */
  public boolean tsv() {
    return tsv;
  }
}
