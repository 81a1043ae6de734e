package lockstep.disk.nbd;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What runs for one connection beside it, on the {@link Workers}, while its event loop goes on.
 * Belongs to that loop.
 *
 * <p>While the data of a long READ is on its way, nothing else may be answered: the answer would
 * stand amid the data. Nor while the client takes no answers: what is ready is held until then, and
 * counts as running.
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
  private final BooleanSupplier holding;
  private final Runnable finished;
  private final Deque<Runnable> held = new ArrayDeque<>();

  /** What has not been answered. */
  private int running;

  /**
   * @param loop the connection's
   * @param holding whether nothing may be answered now
   * @param finished run on it whenever something is done
   */
  Beside(Executor loop, Workers workers, BooleanSupplier holding, Runnable finished) {
    this.loop = loop;
    this.workers = workers;
    this.holding = holding;
    this.finished = finished;
  }

  boolean isFull() {
    return running >= MAX;
  }

  boolean isIdle() {
    return running == 0;
  }

  /** Takes room for the data of a READ that is to run; if there is none, it must not run here. */
  boolean takeRoom(int bytes) {
    return workers.takeRoom(bytes);
  }

  /** That data is on its way to the client, or nobody wants it. */
  void giveRoomBack(int bytes) {
    workers.giveRoomBack(bytes);
  }

  void run(Work work) {
    running++;
    workers.execute(() -> finish(work.run()));
  }

  /** Runs what answers nothing. */
  void prepare(Runnable work) {
    running++;
    workers.execute(
        () -> {
          work.run();
          loop.execute(
              () -> {
                running--;
                finished.run();
              });
        });
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
          held.add(answer);
          answerHeld();
          finished.run();
        });
  }

  /** Gives the answers that were held, if that may be. */
  void answerHeld() {
    while (!held.isEmpty() && !holding.getAsBoolean()) {
      running--;
      held.remove().run();
    }
  }
}
