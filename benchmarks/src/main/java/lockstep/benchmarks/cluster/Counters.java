package lockstep.benchmarks.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lockstep.tools.redis.IncrementLoad;
import lockstep.tools.redis.LongestWait;
import lockstep.tools.redis.RedisConnection;
import lockstep.tools.redis.RedisErrorException;

/**
 * Clients that count in the guest's Redis, each over one connection and as fast as answers come:
 * load, and a witness of what was waited for and lost.
 */
public final class Counters implements AutoCloseable {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  private final List<RedisConnection> connections = new ArrayList<>();
  private final List<IncrementLoad> loads = new ArrayList<>();

  private Counters() {}

  /** Starts so many, each with a key of its own. */
  public static Counters start(int port, int clients) throws IOException {
    Counters counters = new Counters();
    try {
      for (int i = 0; i < clients; i++) {
        RedisConnection connection = new RedisConnection("127.0.0.1", port, ANSWER_TIMEOUT);
        counters.connections.add(connection);
        counters.loads.add(IncrementLoad.start(connection, "counter:" + i, Duration.ZERO));
      }
      return counters;
    } catch (IOException | RedisErrorException e) {
      counters.close();
      throw new IOException("the counters can't be started: " + e.getMessage(), e);
    }
  }

  /** The longest wait of any for an answer since this was last asked, one under way included. */
  public long takeLongestWaitNanos() {
    return loads.stream()
        .map(IncrementLoad::takePause)
        .reduce(LongestWait.Taken.NONE, LongestWait.Taken::or)
        .longest();
  }

  /** Answers that all have had. */
  public long answers() {
    return loads.stream().mapToLong(IncrementLoad::acknowledged).sum();
  }

  /** What a client has lost: an acknowledged increment, its connection; a line for each. */
  public List<String> losses() {
    return loads.stream()
        .map(IncrementLoad::soFar)
        .flatMap(
            seen ->
                Stream.of(
                        seen.lost() + seen.repeated() == 0
                            ? ""
                            : seen.lost() + " increments lost, " + seen.repeated() + " repeated",
                        seen.ended())
                    .filter(loss -> !loss.isEmpty()))
        .toList();
  }

  @Override
  public void close() throws IOException {
    for (IncrementLoad load : loads) {
      load.close();
    }
    for (RedisConnection connection : connections) {
      connection.close();
    }
  }
}
