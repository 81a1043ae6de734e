package lockstep.tools.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import lockstep.tools.history.History;
import lockstep.tools.history.Operation;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;

/**
 * A client that writes values of its own into a few keys and reads them, over one connection for as
 * long as that lives, and writes down what it saw. Keys change now and then, so that each history
 * stays short enough to be checked.
 */
final class RegisterClient implements AutoCloseable {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration RECONNECT_PAUSE = Duration.ofMillis(200);
  private static final int KEYS = 3;
  private static final int OPERATIONS_PER_KEY = 300;

  private final int port;
  private final History history;
  private final AtomicLong values;
  private final AtomicLong operations;
  private final Random random;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicLong connectionsLost = new AtomicLong();
  private final AtomicLong calledNanos = new AtomicLong();
  private final AtomicLong longestWaitNanos = new AtomicLong();
  private final Thread thread;

  private RegisterClient(
      int port, History history, AtomicLong values, AtomicLong operations, long seed) {
    this.port = port;
    this.history = history;
    this.values = values;
    this.operations = operations;
    this.random = new Random(seed);
    this.thread = Thread.ofPlatform().daemon().name("register-client").unstarted(this::run);
  }

  /**
   * Starts one.
   *
   * @param values gives every write a value of its own; shared by all clients
   * @param operations counts what all clients did, by which they choose the same keys
   */
  static RegisterClient start(
      int port, History history, AtomicLong values, AtomicLong operations, long seed) {
    RegisterClient client = new RegisterClient(port, history, values, operations, seed);
    client.thread.start();
    return client;
  }

  /** Connections that ended without this client's having closed them. */
  long connectionsLost() {
    return connectionsLost.get();
  }

  /** The longest wait for an answer since this was last asked, one under way included. */
  long takeLongestWaitNanos() {
    long called = calledNanos.get();
    long underWay = called == 0 ? 0 : System.nanoTime() - called;
    return Math.max(longestWaitNanos.getAndSet(0), underWay);
  }

  @Override
  public void close() throws InterruptedException {
    stopping.set(true);
    thread.join();
  }

  private void run() {
    while (!stopping.get()) {
      try (RedisConnection connection = new RedisConnection("127.0.0.1", port, ANSWER_TIMEOUT)) {
        while (!stopping.get()) {
          operate(connection);
        }
      } catch (IOException | RedisErrorException _) {
        connectionsLost.incrementAndGet();
        calledNanos.set(0);
        pause();
      }
    }
  }

  private void operate(RedisConnection connection) throws IOException, RedisErrorException {
    long generation = operations.getAndIncrement() / (KEYS * OPERATIONS_PER_KEY);
    String key = "register-" + generation + "-" + random.nextInt(KEYS);
    if (random.nextBoolean()) {
      write(connection, key, values.incrementAndGet());
    } else {
      long called = call();
      String answer = connection.command("GET", key);
      long value = answer.isEmpty() ? Operation.NOTHING : Long.parseLong(answer);
      history.add(new Operation(key, false, value, called, answered(called)));
    }
  }

  private void write(RedisConnection connection, String key, long value)
      throws IOException, RedisErrorException {
    long called = call();
    long answered = Operation.NEVER;
    try {
      var _ = connection.command("SET", key, Long.toString(value));
      answered = answered(called);
    } finally {
      history.add(new Operation(key, true, value, called, answered));
    }
  }

  private long call() {
    long now = System.nanoTime();
    calledNanos.set(now);
    return now;
  }

  private long answered(long called) {
    long now = System.nanoTime();
    calledNanos.set(0);
    longestWaitNanos.accumulateAndGet(now - called, Math::max);
    return now;
  }

  private static void pause() {
    try {
      Thread.sleep(RECONNECT_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
