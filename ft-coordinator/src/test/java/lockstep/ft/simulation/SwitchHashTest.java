package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.core.Role;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest stands still at a switch only for what little has changed since it was asked for. */
final class SwitchHashTest {
  private static final long SECOND = 1_000 * World.MILLI;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void theStateIsHashedWhileTheGuestRunsBeforeItIsStopped(long seed) {
    Simulation sim = new Simulation(seed);
    sim.recordNext();
    sim.start(0);
    sim.runFor(3 * World.MILLI);
    sim.start(1);
    sim.serve(5, SECOND);
    List<LogEntry> since = new ArrayList<>();
    int before = sim.log().size();
    sim.atNextSwitch(
        "handed over", () -> since.addAll(sim.log().subList(before, sim.log().size())));
    sim.node(0).input(new ReplicaEvent.SwitchWanted());
    sim.runFor(SECOND / 2);
    assertEquals(Role.PRIMARY, sim.node(1).role());
    assertInstanceOf(Payload.HandedOver.class, since.getLast().payload());
    long hashes =
        since.stream().filter(entry -> entry.payload() instanceof Payload.HashChecked).count();
    assertTrue(hashes >= 2, "hashed only at the stop: " + since);
  }
}
