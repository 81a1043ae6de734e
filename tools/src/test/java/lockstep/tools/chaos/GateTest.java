package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import lockstep.tools.cluster.Cluster;
import org.junit.jupiter.api.Test;

final class GateTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Gate gate = new Gate();

  @Test
  void whoComesToAClosedGateWaitsUntilItIsOpen() throws Exception {
    gate.pass();
    gate.close();
    Thread client = Thread.ofPlatform().start(gate::pass);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (gate.waiting() < 1) {
      assertTrue(System.nanoTime() < deadline, "nobody waits");
      Cluster.sleep(Duration.ofMillis(5));
    }
    assertTrue(client.isAlive());
    gate.open();
    assertTrue(client.join(PATIENCE));
    assertEquals(0, gate.waiting());
  }
}
