package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import lockstep.tools.cluster.ProcStat;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.cluster.StateDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskAgreementTest {
  @TempDir private Path root = Path.of("");

  @Test
  void redisTellsWhichRunOfItAnswers() throws IOException {
    assertEquals(
        "0a1b", DiskAgreement.runId("# Server\r\nredis_version:7\r\nrun_id:0a1b\r\nport:6379\r\n"));
  }

  @Test
  void anAnswerThatDoesNotTellIsNoRun() {
    for (String info : new String[] {"", "# Server\r\n", "run_id:\r\n"}) {
      assertThrows(IOException.class, () -> DiskAgreement.runId(info), info);
    }
  }

  @Test
  void aGuestThatDoesNotEndHasNotShutDown() throws Exception {
    StateDirectory state = new StateDirectory(root);
    state.create();
    List<ServerProcess> vmms =
        List.of(new ServerProcess(state, "vmm-1"), new ServerProcess(state, "vmm-2"));
    StormGuest.awaitEnds(vmms, Duration.ZERO);
    Process running = new ProcessBuilder("sleep", "60").start();
    try {
      long began = ProcStat.of(running.pid()).orElseThrow().startTicks();
      Files.writeString(state.pidFile("vmm-2"), running.pid() + " " + began + "\n");
      IOException failure =
          assertThrows(IOException.class, () -> StormGuest.awaitEnds(vmms, Duration.ofMillis(50)));
      assertTrue(
          String.valueOf(failure.getMessage())
              .startsWith("the guest has not shut down within 0 s: vmm-2"),
          failure.getMessage());
    } finally {
      running.destroyForcibly();
    }
  }
}
