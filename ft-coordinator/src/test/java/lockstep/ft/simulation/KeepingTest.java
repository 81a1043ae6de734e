package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import lockstep.ft.core.HaltReason;
import lockstep.ft.core.Role;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keeping the evidence of a divergence takes its time, which a live replica has not. */
final class KeepingTest {
  private static final long SECOND = 1_000 * World.MILLI;
  private static final long LEASE = Simulation.LEASE_MILLIS * World.MILLI;

  private final Simulation sim = new Simulation(11);

  private void startTrio() {
    sim.expectDivergence();
    sim.startPair();
    sim.serve(5, SECOND);
    sim.start(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 37, 110})
  void nobodyStartsTheGuestAnewOverALivingPrimaryThatKeepsIts(long millis) {
    startTrio();
    sim.runFor(millis * World.MILLI);
    sim.keepingTakes(3 * LEASE);
    sim.node(1).machine().flipBit();
    sim.runFor(4 * LEASE);
    assertEquals(Optional.of(HaltReason.DIVERGED), sim.node(1).haltReason());
    assertEquals(2, sim.divergences().size(), "both sides keep their state");
    assertEquals(1, sim.checker.guestGeneration());
    assertTrue(sim.node(0).role().isLive());
    sim.protect(SECOND);
    assertEquals(Role.BACKUP, sim.node(2).role());
    sim.serve(5, SECOND);
  }
}
