package lockstep.benchmarks.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import lockstep.benchmarks.cluster.RedisLoad.Command;
import org.junit.jupiter.api.Test;

final class RedisLoadTest {
  @Test
  void anAnswerIsReadToItsEndAndNoFurther() throws IOException {
    InputStream in = bytes("+OK\r\n$-1\r\n$3\r\na\nb\r\n+next\r\n");
    RedisLoad.skipAnswer(in);
    RedisLoad.skipAnswer(in);
    RedisLoad.skipAnswer(in);
    assertEquals("+next\r\n", new String(in.readAllBytes(), StandardCharsets.US_ASCII));
  }

  @Test
  void anErrorIsNoAnswer() {
    IOException refused =
        assertThrows(IOException.class, () -> RedisLoad.skipAnswer(bytes("-ERR no\r\n")));
    assertEquals("Redis answers -ERR no", refused.getMessage());
  }

  @Test
  void anAnswerCutShortIsAnError() {
    assertThrows(EOFException.class, () -> RedisLoad.skipAnswer(bytes("+O")));
    assertThrows(EOFException.class, () -> RedisLoad.skipAnswer(bytes("$5\r\nab")));
  }

  @Test
  void lengthsOnTheWireAreThoseOfWhatFollows() {
    assertEquals("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000007\r\n", Command.GET.text(7));
    assertTrue(Command.SET.text(7).startsWith("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000007\r\n$64"));
  }

  @Test
  void everyCommandOfABatchIsCounted() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> answerOneBatch(server, 3));
      RedisLoad.Result result =
          new RedisLoad(server.getLocalPort(), Command.SET, 3).run(1, Duration.ofNanos(1));
      // The time was over before the first batch, or between it and a second.
      assertTrue(result.requests() == 0 || result.requests() == 3, result.toString());
      assertEquals(result.requests(), 3L * result.latencies().count());
    }
  }

  private static void answerOneBatch(ServerSocket server, int commands) {
    try (Socket client = server.accept()) {
      client.getInputStream().readNBytes(commands * Command.SET.text(0).length());
      client
          .getOutputStream()
          .write("+OK\r\n".repeat(commands).getBytes(StandardCharsets.US_ASCII));
      client.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }
}
