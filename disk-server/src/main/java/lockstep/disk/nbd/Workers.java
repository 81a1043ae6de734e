package lockstep.disk.nbd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lockstep.disk.store.BlockStore;

/**
 * The threads that wait for the storage: some for reads and writes, one for syncs. All syncs that
 * wait together are answered by one.
 */
final class Workers implements AutoCloseable {
  private static final int THREADS = 4;
  private static final long CLOSE_SECONDS_MAX = 30;

  private final BlockStore store;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().name("disk-", 0).factory());
  private final ExecutorService syncThread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("disk-sync").factory());

  /** Bounded by what each lane leaves open. */
  private final BlockingQueue<Consumer<Optional<IOException>>> waiting =
      new LinkedBlockingQueue<>();

  Workers(BlockStore store) {
    this.store = store;
  }

  void execute(Runnable task) {
    if (!threads.isShutdown()) {
      threads.execute(task);
    }
  }

  /** Syncs everything applied before this call; {@code done} hears how, on the sync thread. */
  void sync(Consumer<Optional<IOException>> done) {
    waiting.add(done);
    if (!syncThread.isShutdown()) {
      syncThread.execute(this::syncWaiting);
    }
  }

  private void syncWaiting() {
    List<Consumer<Optional<IOException>>> served = new ArrayList<>();
    waiting.drainTo(served);
    if (served.isEmpty()) {
      return;
    }
    Optional<IOException> failure = Optional.empty();
    try {
      store.sync();
    } catch (IOException e) {
      failure = Optional.of(e);
    }
    for (Consumer<Optional<IOException>> done : served) {
      done.accept(failure);
    }
  }

  /** Ends what is running; nothing touches the store after this returns. */
  @Override
  public void close() {
    threads.shutdown();
    syncThread.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
          || !syncThread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the storage does not answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the storage was being closed", e);
    }
  }
}
