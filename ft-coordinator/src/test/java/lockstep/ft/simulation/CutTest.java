package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.CoreStateCodec;
import lockstep.ft.core.ReplicaConfig.StartRule;
import lockstep.ft.core.Role;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is open or not flushed is sent while the guest stands still: the cut waits until it is
 * little.
 */
final class CutTest {
  private static final long SECOND = 1_000 * World.MILLI;

  /** Of the state that is written down, beside the requests in it. */
  private static final int FRAMING_BYTES = 64;

  /** Host 0 runs its guest alone, on a slow disk; host 1 is to be its backup. */
  private static Simulation startAlone(long seed, long cutStateBytesMax) {
    Simulation sim = new Simulation(seed);
    sim.cutStateBytesMax(cutStateBytesMax);
    sim.startRule(StartRule.ALONE);
    sim.start(0);
    sim.serve(5, SECOND);
    sim.server.slow(60 * World.MILLI);
    sim.startRule(StartRule.WITH_BACKUP);
    sim.start(1);
    return sim;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void itCarriesNoMoreThanItsBound(long seed) {
    long bound = Simulation.LIMITS.transfer().cutStateBytesMax();
    Simulation sim = startAlone(seed, bound);
    List<CoreState> carried = new ArrayList<>();
    sim.atNextTransfer("cut", () -> carried.add(sim.node(0).coreState()));
    sim.protect(10 * SECOND);
    assertEquals(1, carried.size());
    int bytes = new CoreStateCodec().toBytes(carried.getFirst()).length;
    assertTrue(bytes <= bound + FRAMING_BYTES, bytes + " bytes were carried");
  }

  /** By the next event, which an idle guest would otherwise have much later. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void thePauseIsMeasuredAtOnceWhateverTheGuestDoes(long seed) {
    Simulation sim = startAlone(seed, Simulation.LIMITS.transfer().cutStateBytesMax());
    List<Boolean> due = new ArrayList<>();
    sim.atNextTransfer("cut", () -> due.add(sim.node(0).isDue()));
    sim.protect(10 * SECOND);
    assertEquals(List.of(true), due);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aGuestThatAlwaysHasMoreIsSlowedUntilItHasNot(long seed) {
    Simulation sim = startAlone(seed, 0);
    sim.protect(10 * SECOND);
    assertTrue(sim.coverage.of(Coverage.Event.CUT_HELD_UP) > 0);
    assertFalse(sim.node(0).status().transfer().orElseThrow().heldUp());
    sim.server.slow(0);
    sim.serve(20, SECOND);
    assertEquals(Role.PRIMARY, sim.node(0).role());
    assertEquals(1, sim.checker.guestGeneration());
  }
}
