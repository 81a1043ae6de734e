package lockstep.disk.store;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** The end of threads that use the storage. */
public final class StorageThreads {
  private static final long PATIENCE_SECONDS = 30;

  private StorageThreads() {}

  /**
   * Lets threads end what was handed to them; none of them touches the storage after this returns.
   *
   * @throws IllegalStateException if the storage does not answer
   */
  public static void finish(ExecutorService... threads) {
    for (ExecutorService each : threads) {
      each.shutdown();
    }
    try {
      for (ExecutorService each : threads) {
        if (!each.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new IllegalStateException("the storage does not answer");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the storage was being closed", e);
    }
  }
}
