package lockstep.benchmarks.detection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;

/**
 * Stops a process of a pair, one or the other, again and again for 20 to 120 ms: as a host does
 * that has something else to do.
 */
final class ShortStops implements Starvation.UnderWay {
  private static final int STOPPED_MILLIS_MIN = 20;
  private static final int STOPPED_MILLIS_MAX = 120;
  private static final int BETWEEN_MILLIS_MIN = 100;
  private static final int BETWEEN_MILLIS_MAX = 500;
  private static final long SEED = 1;

  private final Signals signals;
  private final long[] pids;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("short-stops").unstarted(this::run);

  private ShortStops(Signals signals, long[] pids) {
    this.signals = signals;
    this.pids = pids.clone();
  }

  static ShortStops start(long... pids) throws IOException {
    ShortStops stops = new ShortStops(Signals.open(), pids);
    stops.thread.start();
    return stops;
  }

  private void run() {
    Random random = new Random(SEED);
    try {
      while (true) {
        Thread.sleep(random.nextInt(BETWEEN_MILLIS_MIN, BETWEEN_MILLIS_MAX));
        long pid = pids[random.nextInt(pids.length)];
        signals.send("STOP", pid);
        try {
          Thread.sleep(random.nextInt(STOPPED_MILLIS_MIN, STOPPED_MILLIS_MAX));
        } finally {
          signals.send("CONT", pid);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    signals.close();
  }
}
