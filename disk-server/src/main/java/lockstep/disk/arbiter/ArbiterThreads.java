package lockstep.disk.arbiter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import lockstep.disk.store.StorageThreads;

/**
 * A thread for each VM of which somebody has asked: what waits for the storage, or for a VM's disk
 * commands, holds up no other VM's arbiter. They end with the server. May be used on any thread.
 */
final class ArbiterThreads implements AutoCloseable {
  /** By VM. Guarded by this. */
  private final Map<String, ExecutorService> threads = new HashMap<>();

  /** Guarded by this. */
  private boolean closed;

  /** Runs {@code task} after everything that was handed over before for the VM. */
  synchronized void execute(String vm, Runnable task) {
    if (closed) {
      return;
    }
    try {
      threads.computeIfAbsent(vm, ArbiterThreads::start).execute(task);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("only closing ends a thread", e);
    }
  }

  private static ExecutorService start(String vm) {
    return Executors.newSingleThreadExecutor(Thread.ofPlatform().name("arbiter-" + vm).factory());
  }

  /** Whether the VM has a thread. */
  synchronized boolean has(String vm) {
    return threads.containsKey(vm);
  }

  /** Nothing that was handed over runs any more after this returns. */
  @Override
  public void close() {
    List<ExecutorService> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(threads.values());
    }
    StorageThreads.finish(all.toArray(ExecutorService[]::new));
  }
}
