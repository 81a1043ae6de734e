package lockstep.tools.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Increments one counter over one connection, as fast as answers come or at a given pace, and
 * checks every answer: each must be the one before plus one. So an acknowledged increment that was
 * lost, one that was applied twice, and a connection that was reset are all seen.
 */
public final class IncrementLoad implements AutoCloseable {

  /**
   * What the client saw.
   *
   * @param acknowledged increments answered
   * @param lost acknowledged increments that a later answer had forgotten
   * @param repeated increments applied more often than they were sent
   * @param ended why the connection ended by itself; empty if it did not
   * @param longestPauseNanos the longest time between sending a command, or {@link #takePause}
   *     since then, and its answer
   */
  public record Result(
      long acknowledged, long lost, long repeated, String ended, long longestPauseNanos) {
    public boolean flawless() {
      return lost == 0 && repeated == 0 && ended.isEmpty();
    }
  }

  private final RedisConnection connection;
  private final String key;
  private final Duration pace;
  private final Thread thread;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicLong acknowledged = new AtomicLong();
  private final LongestWait wait = new LongestWait();

  // Written by the thread.
  private volatile long lost;
  private volatile long repeated;
  private volatile String ended = "";
  private long last;

  private IncrementLoad(RedisConnection connection, String key, Duration pace) {
    this.connection = connection;
    this.key = key;
    this.pace = pace;
    this.thread = Thread.ofPlatform().daemon().name("increments").unstarted(this::run);
  }

  /**
   * Sets {@code key} to 0 and starts.
   *
   * @param pace time between two commands; zero for none
   */
  public static IncrementLoad start(RedisConnection connection, String key, Duration pace)
      throws IOException, RedisErrorException {
    var _ = connection.command("SET", key, "0");
    IncrementLoad load = new IncrementLoad(connection, key, pace);
    load.thread.start();
    return load;
  }

  /** Increments answered so far. */
  public long acknowledged() {
    return acknowledged.get();
  }

  /** The longest pauses until now; from now on pauses are counted anew. */
  public LongestWait.Taken takePause() {
    return wait.take();
  }

  /** Lets the command under way end, and sums up. */
  public Result stop() throws InterruptedException {
    stopping.set(true);
    thread.join();
    return soFar();
  }

  /** What it has seen by now. */
  public Result soFar() {
    return new Result(acknowledged.get(), lost, repeated, ended, wait.longestNanos());
  }

  @Override
  public void close() throws IOException {
    stopping.set(true);
    connection.close();
  }

  private void run() {
    try {
      while (!stopping.get()) {
        increment();
        if (!pace.isZero()) {
          Thread.sleep(pace);
        }
      }
    } catch (IOException | RedisErrorException | NumberFormatException e) {
      ended = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void increment() throws IOException, RedisErrorException {
    wait.begin();
    long value = Long.parseLong(connection.command("INCR", key));
    wait.end();
    long expected = last + 1;
    lost += Math.max(0, expected - value);
    repeated += Math.max(0, value - expected);
    last = value;
    acknowledged.incrementAndGet();
  }
}
