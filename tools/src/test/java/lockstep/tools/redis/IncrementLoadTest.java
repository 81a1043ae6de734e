package lockstep.tools.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

final class IncrementLoadTest {

  /**
   * A Redis of one connection that answers the nth INCR with {@code answers(n)}; negative ends it.
   */
  private static final class FakeRedis implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

    FakeRedis(LongUnaryOperator answers) throws IOException {
      Thread.ofVirtual().start(() -> serve(answers));
    }

    private void serve(LongUnaryOperator answers) {
      try (Socket socket = listening.accept()) {
        var in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        long increments = 0;
        while (true) {
          int words = Integer.parseInt(in.readLine().substring(1));
          String[] command = new String[words];
          for (int i = 0; i < words; i++) {
            in.readLine();
            command[i] = in.readLine();
          }
          long answer = command[0].equals("INCR") ? answers.applyAsLong(++increments) : 0;
          if (answer < 0) {
            return;
          }
          String text = command[0].equals("INCR") ? ":" + answer : "+OK";
          socket.getOutputStream().write((text + "\r\n").getBytes(StandardCharsets.UTF_8));
        }
      } catch (IOException | NullPointerException _) {
        // the client went away: the test says what it expected
      }
    }

    IncrementLoad load() throws Exception {
      return IncrementLoad.start(
          new RedisConnection("127.0.0.1", listening.getLocalPort(), Duration.ofSeconds(10)),
          "n",
          Duration.ZERO);
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }

  private static IncrementLoad.Result after(LongUnaryOperator answers, int increments)
      throws Exception {
    try (FakeRedis redis = new FakeRedis(answers);
        IncrementLoad load = redis.load()) {
      while (load.acknowledged() < increments) {
        Thread.sleep(1);
      }
      return load.stop();
    }
  }

  @Test
  void anHonestServerIsFlawless() throws Exception {
    var result = after(n -> n, 100);
    assertTrue(result.flawless());
    assertTrue(result.acknowledged() >= 100);
    assertTrue(result.longestPauseNanos() > 0);
  }

  @Test
  void anAcknowledgedIncrementThatIsForgottenIsCounted() throws Exception {
    var result = after(n -> n <= 50 ? n : n - 3, 100);
    assertEquals(3, result.lost());
    assertFalse(result.flawless());
  }

  @Test
  void anIncrementAppliedTwiceIsCounted() throws Exception {
    var result = after(n -> n <= 50 ? n : n + 1, 100);
    assertEquals(1, result.repeated());
  }

  @Test
  void aConnectionThatEndsIsTold() throws Exception {
    try (FakeRedis redis = new FakeRedis(n -> n <= 5 ? n : -1);
        IncrementLoad load = redis.load()) {
      while (load.acknowledged() < 5) {
        Thread.sleep(1);
      }
      Thread.sleep(50);
      assertFalse(load.stop().ended().isEmpty());
    }
  }

  @Test
  void percentilesAreRanks() {
    Pauses pauses = new Pauses();
    for (int i = 1; i <= 200; i++) {
      pauses.add(i);
    }
    assertEquals(100, pauses.percentileNanos(50));
    assertEquals(198, pauses.percentileNanos(99));
    assertEquals(200, pauses.longestNanos());
  }
}
