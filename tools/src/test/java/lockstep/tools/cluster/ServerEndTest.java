package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerEndTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String HALTED =
      "2026-01-02T03:04:05.678Z INFO  VmmCommand halted reason=FENCED detail=\"a disk refuses\"";

  @TempDir private Path root = Path.of("");

  @Test
  void aLineSaysAllOfIt() throws IOException {
    for (String words : new String[] {HALTED, ""}) {
      ServerEnd end = new ServerEnd(Instant.ofEpochSecond(7), "vmm-3", 4242, 3, words);
      assertEquals(end, ServerEnd.parse(end.line().stripTrailing()));
    }
  }

  @Test
  void aLineThatSaysNothingIsNoEnd() {
    for (String line :
        new String[] {"", "yesterday vmm-3 pid=1 exit-code=3 x", "vmm-3 has ended"}) {
      assertThrows(IOException.class, () -> ServerEnd.parse(line), line);
    }
  }

  @Test
  void whatTellsOfTheEndIsFoundBeforeWhatOthersSayBehindIt() {
    assertEquals(HALTED, ServerEnd.lastWords(List.of("a", HALTED, "late thread=vmm-io")));
    assertEquals("b", ServerEnd.lastWords(List.of("a", "b")));
    assertEquals("", ServerEnd.lastWords(List.of()));
  }

  @Test
  void aStackTraceIsCutShort() {
    String bug = "the guest's thread failed; this replica stops | " + "x".repeat(9_000);
    String words = ServerEnd.lastWords(List.of(bug));
    assertTrue(words.length() < 1_000 && bug.startsWith(words), words);
  }

  @Test
  void whereNoneHasEndedThereIsNone() throws IOException {
    assertEquals(List.of(), ServerEnd.all(state().endsFile()));
  }

  @Test
  void aLineThatIsBeingWrittenIsNoneYet() throws IOException {
    state().create();
    ServerEnd end = new ServerEnd(Instant.ofEpochSecond(7), "vmm-3", 4242, 3, HALTED);
    Files.writeString(state().endsFile(), end.line() + end.line().substring(0, 30));
    assertEquals(List.of(end), ServerEnd.all(state().endsFile()));
  }

  @Test
  void whoHasStartedAServerWritesDownHowItHasEnded() throws Exception {
    state().create();
    Process first = started("first", 3);
    Process second = started("second", 70);
    List<ServerEnd> ends = awaitEnds(2);
    for (ServerEnd end : ends) {
      Process process = end.exitCode() == 3 ? first : second;
      assertEquals("vmm-1", end.server());
      assertEquals(process.pid(), end.pid());
      assertEquals(process.exitValue(), end.exitCode());
      assertEquals(end.exitCode() == 3 ? "first" : "second", end.lastWords());
    }
  }

  /** A process that ends when the log of its own has been moved away by the next one. */
  private Process started(String words, int exitCode) throws IOException {
    ServerProcess server = new ServerProcess(state(), "vmm-1");
    Files.deleteIfExists(server.logFile());
    Files.writeString(server.logFile(), words + "\n");
    Process process = new ProcessBuilder("sh", "-c", "sleep 0.2; exit " + exitCode).start();
    server.tellEndOf(process);
    return process;
  }

  private List<ServerEnd> awaitEnds(int count) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<ServerEnd> ends = ServerEnd.all(state().endsFile());
    while (ends.size() < count) {
      assertTrue(System.nanoTime() < deadline, ends::toString);
      Cluster.sleep(Duration.ofMillis(10));
      ends = ServerEnd.all(state().endsFile());
    }
    return ends;
  }

  private StateDirectory state() {
    return new StateDirectory(root);
  }
}
