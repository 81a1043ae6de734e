package lockstep.disk.nbd;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What runs for one connection beside it, on the {@link Workers}, while its event loop goes on.
 * Belongs to that loop.
 */
final class Beside {
  /** With so much running, the connection begins nothing more. */
  private static final int MAX = 32;

  /** Waits for the storage; what it returns answers, on the event loop. */
  @FunctionalInterface
  interface Work {
    Runnable run();
  }

  private final Executor loop;
  private final Workers workers;
  private final Runnable finished;
  private int running;

  /**
   * @param loop the connection's
   * @param finished run on it whenever something has been answered
   */
  Beside(Executor loop, Workers workers, Runnable finished) {
    this.loop = loop;
    this.workers = workers;
    this.finished = finished;
  }

  boolean isFull() {
    return running >= MAX;
  }

  boolean isIdle() {
    return running == 0;
  }

  void run(Work work) {
    running++;
    workers.execute(() -> finish(work.run()));
  }

  /** Makes the disk's changes stable; {@code answer} hears on the loop whether that has failed. */
  void sync(int disk, Consumer<Optional<IOException>> answer) {
    running++;
    workers.sync(disk, failure -> finish(() -> answer.accept(failure)));
  }

  /** The same, but waits for it. */
  Optional<IOException> syncHere(int disk) {
    return workers.syncHere(disk);
  }

  private void finish(Runnable answer) {
    loop.execute(
        () -> {
          running--;
          answer.run();
          finished.run();
        });
  }
}
