package lockstep.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import org.junit.jupiter.api.Test;

final class UpTextTest {
  private static final Path ROOT = Path.of("state");

  @Test
  void aProtectedRedisCanBeKilledAndShown() {
    assertEquals(
        """

        The guest is up and protected. Everything is kept in state

        Try:
          redis-cli -p 16379 set a 1
          lockstep kill primary        # kill -9; the backup goes live
          lockstep demo                # the same as a story; needs only Java
          lockstep status | lockstep console | lockstep down
        """,
        UpText.of(true, ROOT, List.of(new PublishedPort(16379, 6379))));
  }

  @Test
  void nobodyIsToldToKillAGuestThatRunsAlone() {
    assertEquals(
        """

        The guest is up, alone. Everything is kept in state

        Try:
          127.0.0.1:8080 is the guest's port 80
          lockstep status | lockstep console | lockstep down
        """,
        UpText.of(false, ROOT, List.of(new PublishedPort(8080, 80))));
  }
}
