package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import lockstep.ft.core.HaltReason;
import lockstep.ft.core.Role;
import lockstep.ft.simulation.KeptDivergence.Replayed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines that differ: the backup is dropped, both sides kept, a new backup made. */
final class DivergenceTest {
  private static final long SECOND = 1_000 * World.MILLI;

  private final Simulation sim = new Simulation(7);

  /** Host 0 is primary, host 1 backup, the service serves. */
  private void startPair() {
    sim.expectDivergence();
    sim.startPair();
    sim.serve(5, SECOND);
  }

  /** What the primary and what the backup has kept. */
  private KeptDivergence keptBy(Role role) {
    return sim.divergences().stream()
        .filter(kept -> kept.divergence().by() == role)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theBackupIsDroppedAndThePrimaryGoesOn() {
    startPair();
    sim.node(1).machine().flipBit();
    sim.serve(5, SECOND);
    sim.runFor(SECOND);
    assertEquals(Optional.of(HaltReason.DIVERGED), sim.node(1).haltReason());
    assertEquals(Role.ALONE, sim.node(0).role());
    assertEquals(2, sim.divergences().size(), "both sides keep their state");
    assertEquals(1, sim.checker.guestGeneration());
  }

  @Test
  void aSpareBecomesTheNewBackup() {
    startPair();
    sim.start(2);
    sim.node(1).machine().flipBit();
    sim.runFor(SECOND);
    sim.protect(SECOND);
    assertEquals(Role.PRIMARY, sim.node(0).role());
    assertEquals(Role.BACKUP, sim.node(2).role());
    sim.node(0).crash(false);
    sim.serve(5, SECOND);
    assertEquals(1, sim.checker.guestGeneration());
  }

  @Test
  void againAndAgain() {
    startPair();
    for (int i = 1; i <= 5; i++) {
      sim.node(1).machine().flipBit();
      sim.runFor(SECOND / 2);
      assertEquals(Optional.of(HaltReason.DIVERGED), sim.node(1).haltReason());
      sim.start(1);
      sim.protect(SECOND);
      assertEquals(2 * i, sim.divergences().size());
    }
    assertEquals(1, sim.checker.guestGeneration());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 9, 16, 25})
  void bothSidesBeginAtTheSameEqualState(long millis) {
    startPair();
    sim.runFor(millis * World.MILLI);
    sim.node(1).machine().flipBit();
    sim.runFor(SECOND);
    var primary = keptBy(Role.PRIMARY).divergence();
    var backup = keptBy(Role.BACKUP).divergence();
    assertEquals(backup.lsn(), primary.lsn());
    assertEquals(backup.position(), primary.position());
    assertEquals(
        backup.lastEqual().orElseThrow().nextLsn(), primary.lastEqual().orElseThrow().nextLsn());
    assertEquals(backup.lastEqual().orElseThrow().hash(), primary.lastEqual().orElseThrow().hash());
    assertEquals(backup.entries(), primary.entries().subList(0, backup.entries().size()));
    assertEquals(backup.lsn(), backup.entries().getLast().lsn());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 9, 16, 25})
  void aReplayAgreesWithThePrimaryIfTheBackupWentWrong(long millis) {
    startPair();
    sim.runFor(millis * World.MILLI);
    sim.node(1).machine().flipBit();
    sim.runFor(SECOND);
    for (Role role : new Role[] {Role.PRIMARY, Role.BACKUP}) {
      KeptDivergence kept = keptBy(role);
      Replayed replayed = kept.replay();
      assertEquals(Optional.empty(), replayed.difference());
      if (role == Role.PRIMARY) {
        assertEquals(kept.ownHash(), replayed.hash());
      } else {
        assertNotEquals(kept.ownHash(), replayed.hash());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 9, 16, 25})
  void aReplayAgreesWithTheBackupIfThePrimaryWentWrong(long millis) {
    startPair();
    sim.runFor(millis * World.MILLI);
    sim.node(0).machine().flipBit();
    sim.runFor(SECOND);
    assertEquals(2, sim.divergences().size());
    KeptDivergence backup = keptBy(Role.BACKUP);
    Replayed replayed = backup.replay();
    assertEquals(Optional.of(backup.divergence().what()), replayed.difference());
    assertEquals(backup.ownHash(), replayed.hash());
    assertTrue(keptBy(Role.PRIMARY).replay().difference().isPresent());
  }
}
