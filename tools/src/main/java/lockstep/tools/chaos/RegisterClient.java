package lockstep.tools.chaos;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import lockstep.ft.history.History;
import lockstep.ft.history.Operation;
import lockstep.tools.redis.LongestWait;
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

  private final InetSocketAddress guest;
  private final Duration pace;
  private final History history;
  private final Shared shared;
  private final List<String> first;
  private final Random random;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicLong connectionsLost = new AtomicLong();
  private final LongestWait wait = new LongestWait();
  private final AtomicLong answers = new AtomicLong();
  private final Thread thread;

  /** What all clients of a storm count together. */
  static final class Shared {
    /** Gives every write a value of its own. */
    private final AtomicLong values = new AtomicLong();

    /** Counts what all did, by which they choose the same keys. */
    private final AtomicLong operations = new AtomicLong();

    /** Holds them all before their next operation. */
    private final Gate gate = new Gate();

    /** What keys may hold by what they were told. */
    private final LastWrites lastWrites = new LastWrites();

    Gate gate() {
      return gate;
    }

    LastWrites lastWrites() {
      return lastWrites;
    }

    /** The keys used so far. */
    List<String> keys() {
      long generations = operations.get() / (KEYS * OPERATIONS_PER_KEY) + 1;
      return LongStream.range(0, generations)
          .boxed()
          .flatMap(generation -> IntStream.range(0, KEYS).mapToObj(i -> key(generation, i)))
          .toList();
    }

    /** The keys that clients use now. */
    List<String> keysNow() {
      long generation = operations.get() / (KEYS * OPERATIONS_PER_KEY);
      return IntStream.range(0, KEYS).mapToObj(i -> key(generation, i)).toList();
    }

    private static String key(long generation, int index) {
      return "register-" + generation + "-" + index;
    }
  }

  private RegisterClient(
      InetSocketAddress guest,
      Duration pace,
      History history,
      Shared shared,
      List<String> first,
      long seed) {
    this.guest = guest;
    this.pace = pace;
    this.history = history;
    this.shared = shared;
    this.first = first;
    this.random = new Random(seed);
    this.thread = Thread.ofPlatform().daemon().name("register-client").unstarted(this::run);
  }

  /**
   * Starts one.
   *
   * @param pace time between an answer and the next operation; zero for none
   * @param first a command to send first on each connection; empty for none
   */
  static RegisterClient start(
      InetSocketAddress guest,
      Duration pace,
      History history,
      Shared shared,
      List<String> first,
      long seed) {
    RegisterClient client = new RegisterClient(guest, pace, history, shared, first, seed);
    client.thread.start();
    return client;
  }

  /** Connections that ended without this client's having closed them. */
  long connectionsLost() {
    return connectionsLost.get();
  }

  /** Answers had so far. */
  long answers() {
    return answers.get();
  }

  /** The longest waits for an answer since this was last asked. */
  LongestWait.Taken takeLongestWait() {
    return wait.take();
  }

  /** Lets the operation under way be the last. */
  void stop() {
    stopping.set(true);
  }

  @Override
  public void close() throws InterruptedException {
    stop();
    thread.join();
  }

  private void run() {
    while (!stopping.get()) {
      try (RedisConnection connection =
          new RedisConnection(guest.getHostString(), guest.getPort(), ANSWER_TIMEOUT)) {
        if (!first.isEmpty()) {
          var _ = connection.command(first.toArray(String[]::new));
        }
        while (!stopping.get()) {
          shared.gate.pass();
          operate(connection);
          pause(pace);
        }
      } catch (IOException | RedisErrorException _) {
        connectionsLost.incrementAndGet();
        pause(RECONNECT_PAUSE);
      }
    }
  }

  private void operate(RedisConnection connection) throws IOException, RedisErrorException {
    long generation = shared.operations.getAndIncrement() / (KEYS * OPERATIONS_PER_KEY);
    String key = Shared.key(generation, random.nextInt(KEYS));
    if (random.nextBoolean()) {
      write(connection, key, shared.values.incrementAndGet());
    } else {
      long called = call();
      long value = read(connection, key);
      long answered = answered();
      shared.lastWrites.wasRead(key, value, answered);
      history.add(new Operation(key, false, value, called, answered));
    }
  }

  /** What a key holds; {@link Operation#NOTHING} if nothing was ever written. */
  static long read(RedisConnection connection, String key) throws IOException, RedisErrorException {
    String answer = connection.command("GET", key);
    return answer.isEmpty() ? Operation.NOTHING : Long.parseLong(answer);
  }

  private void write(RedisConnection connection, String key, long value)
      throws IOException, RedisErrorException {
    long called = call();
    long answered = Operation.NEVER;
    shared.lastWrites.called(key, value, called);
    try {
      var _ = connection.command("SET", key, Long.toString(value));
      answered = answered();
      shared.lastWrites.answered(key, value, answered);
    } finally {
      history.add(new Operation(key, true, value, called, answered));
    }
  }

  /** A wait begins with the first attempt: a connection that is lost does not end it. */
  private long call() {
    wait.begin();
    return System.nanoTime();
  }

  private long answered() {
    long now = System.nanoTime();
    wait.end();
    answers.incrementAndGet();
    return now;
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
