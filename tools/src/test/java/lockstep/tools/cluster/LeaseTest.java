package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LeaseTest {
  @Test
  void isReadFromWhatTheDiskServerTellsOfThisVm() throws IOException {
    JsonNode status =
        new ObjectMapper()
            .readTree(
                """
                {"vms": [{"name": "web", "leased": true}, {"name": "mail", "leased": false}]}
                """);
    assertTrue(Lease.isLeased(status, "web"));
    assertFalse(Lease.isLeased(status, "mail"));
    assertFalse(Lease.isLeased(status, "unheard-of"));
  }

  @Test
  void theUserIsToldHowLongItTakesAtMost() {
    assertEquals(
        "waiting for the lease of a VMM that did not resign (up to 30 s)",
        Lease.waitingFor(Duration.ofSeconds(30)));
  }
}
