package lockstep.disk.nbd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import lockstep.disk.store.BlockStore;
import lockstep.disk.store.StorageThreads;

/**
 * The threads that wait for the storage beside the connections' own: some for reads, some for
 * syncs. Syncs that wait for the same storage together are answered by one.
 */
final class Workers implements AutoCloseable {
  private static final int READ_THREADS = 8;
  private static final int SYNC_THREADS = 4;

  /** What the READs of all connections may hold that run here, or wait to be answered. */
  private static final int READ_BYTES_MAX = 16 << 20;

  private final BlockStore store;
  private final Semaphore readBytes = new Semaphore(READ_BYTES_MAX);
  private final ExecutorService readThreads =
      Executors.newFixedThreadPool(
          READ_THREADS, Thread.ofPlatform().name("disk-read-", 0).factory());
  private final ExecutorService syncThreads =
      Executors.newFixedThreadPool(
          SYNC_THREADS, Thread.ofPlatform().name("disk-sync-", 0).factory());

  /**
   * Who waits, by what is synced together; there is a list as long as a thread is on it. Guarded by
   * itself; bounded by what each connection leaves open.
   */
  private final Map<Integer, List<Consumer<Optional<IOException>>>> waiting = new HashMap<>();

  Workers(BlockStore store) {
    this.store = store;
  }

  /** Takes room for so much data; false if others hold too much. */
  boolean takeRoom(int bytes) {
    return readBytes.tryAcquire(bytes);
  }

  void giveRoomBack(int bytes) {
    readBytes.release(bytes);
  }

  /** Runs {@code task}, unless the server goes down. */
  void execute(Runnable task) {
    submit(readThreads, task);
  }

  /**
   * Makes everything stable that was applied to {@code disk} before this call; {@code done} hears
   * how, on a thread of these.
   */
  void sync(int disk, Consumer<Optional<IOException>> done) {
    int domain = store.syncDomain(disk);
    boolean idle;
    synchronized (waiting) {
      idle = !waiting.containsKey(domain);
      waiting.computeIfAbsent(domain, _ -> new ArrayList<>()).add(done);
    }
    if (idle) {
      submit(syncThreads, () -> syncWaiting(domain, disk));
    }
  }

  /** The same, on the caller's thread, which waits. What others wait for goes its own way. */
  Optional<IOException> syncHere(int disk) {
    try {
      store.sync(disk);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  private void syncWaiting(int domain, int disk) {
    while (true) {
      List<Consumer<Optional<IOException>>> served;
      synchronized (waiting) {
        served = waiting.getOrDefault(domain, List.of());
        if (served.isEmpty()) {
          waiting.remove(domain);
          return;
        }
        waiting.put(domain, new ArrayList<>());
      }
      Optional<IOException> failure = Optional.empty();
      try {
        store.sync(disk);
      } catch (IOException e) {
        failure = Optional.of(e);
      }
      for (Consumer<Optional<IOException>> done : served) {
        done.accept(failure);
      }
    }
  }

  private static void submit(ExecutorService threads, Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException _) {
      // The server goes down, and every connection with it.
    }
  }

  /** Ends what is running; nothing here touches the store after this returns. */
  @Override
  public void close() {
    StorageThreads.finish(readThreads, syncThreads);
  }
}
