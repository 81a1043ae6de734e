package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerProcessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path root = Path.of("");
  private Optional<Process> child = Optional.empty();

  @BeforeEach
  void createState() throws IOException {
    state().create();
  }

  @AfterEach
  void endChild() {
    child.ifPresent(Process::destroyForcibly);
  }

  @Test
  void oneThatWasNeverStartedDoesNotRun() throws IOException {
    assertEquals(Optional.empty(), server().running());
    assertEquals(Optional.empty(), server().runs());
    assertFalse(server().signal("KILL"));
    assertTrue(server().awaitEnd(PATIENCE));
    assertEquals("", server().logTail(3));
  }

  @Test
  void isFoundAgainByItsFile() throws IOException {
    long pid = adoptChild();
    assertEquals(Optional.of(pid), server().running().map(ProcessHandle::pid));
    assertEquals(Optional.of(new ServerProcess.Running(pid, false)), server().runs());
  }

  @Test
  void aPidThatWasGivenAwayAgainIsNotTakenForIt() throws IOException {
    long pid = adoptChild();
    Files.writeString(state().pidFile("vmm-1"), pid + " 1\n");
    assertEquals(Optional.empty(), server().running());
  }

  @Test
  void aDamagedFileIsNoProcess() throws IOException {
    for (String text : new String[] {"", "12", "one two", "1 2 3", "99999999999999999999 1"}) {
      Files.writeString(state().pidFile("vmm-1"), text);
      assertEquals(Optional.empty(), server().running(), text);
    }
  }

  @Test
  void aStopShowsAndAKillEndsIt() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/stat")), "no /proc here");
    long pid = adoptChild();
    assertTrue(server().signal("STOP"));
    awaitStopped(true);
    assertEquals(Optional.of(new ServerProcess.Running(pid, true)), server().runs());
    assertTrue(server().signal("CONT"));
    awaitStopped(false);
    server().stop(PATIENCE);
    assertEquals(Optional.empty(), server().running());
  }

  @Test
  void theEndOfItsLogIsForErrorMessages() throws IOException {
    Files.writeString(server().logFile(), "one\ntwo\nthree\n");
    assertEquals("two\nthree", server().logTail(2));
    assertEquals("one\ntwo\nthree", server().logTail(9));
  }

  private void awaitStopped(boolean stopped) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (server().runs().orElseThrow().stopped() != stopped) {
      assertTrue(System.nanoTime() < deadline, "the signal shows nowhere");
      Cluster.sleep(Duration.ofMillis(5));
    }
  }

  private long adoptChild() throws IOException {
    Process started = new ProcessBuilder("sleep", "60").start();
    child = Optional.of(started);
    server().adopt(started.toHandle());
    return started.pid();
  }

  private ServerProcess server() {
    return new ServerProcess(state(), "vmm-1");
  }

  private StateDirectory state() {
    return new StateDirectory(root);
  }
}
