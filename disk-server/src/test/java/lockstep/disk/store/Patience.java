package lockstep.disk.store;

import java.io.IOException;
import java.util.List;

/** Applies changes as a connection does: again, if the store can't take them now. */
final class Patience {
  private static final long PAUSE_MILLIS = 2;

  private Patience() {}

  static void apply(BlockStore store, int disk, List<BlockStore.Change> changes)
      throws IOException {
    while (true) {
      try {
        store.apply(disk, changes);
        return;
      } catch (StalledException _) {
        try {
          Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }
}
