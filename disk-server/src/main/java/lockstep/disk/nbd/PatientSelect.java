package lockstep.disk.nbd;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;

/**
 * Looks for a moment whether the client's next request is there, before its thread goes to sleep:
 * to be woken takes longer than most requests do. Only while that pays: a connection whose requests
 * come further apart costs nothing but a try now and then. One for each thread.
 */
final class PatientSelect implements SelectStrategy {
  private static final long PATIENCE_NANOS = 50_000;

  /** One in so many sleeps is tried again after patience has not paid. */
  private static final int TRY_AFTER = 64;

  /** A success makes up for so many failures. */
  private static final int SUCCESS_WORTH = 2;

  private static final int CREDIT_MAX = 16;

  private int credit = CREDIT_MAX;
  private int sleeps;

  @Override
  public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
    if (hasTasks) {
      return selectNow.get();
    }
    if (credit > 0 || ++sleeps % TRY_AFTER == 0) {
      long startNanos = System.nanoTime();
      do {
        int ready = selectNow.get();
        if (ready > 0) {
          credit = Math.min(credit + SUCCESS_WORTH, CREDIT_MAX);
          return ready;
        }
        Thread.onSpinWait();
      } while (System.nanoTime() - startNanos < PATIENCE_NANOS);
      credit = Math.max(credit - 1, 0);
    }
    return SelectStrategy.SELECT;
  }
}
