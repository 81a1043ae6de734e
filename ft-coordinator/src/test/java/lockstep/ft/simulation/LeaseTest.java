package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lockstep.ft.core.ReplicaConfig.StartRule;
import lockstep.ft.core.Role;
import org.junit.jupiter.api.Test;

/** The lease: a spare may start the guest anew, but never beside a living pair. */
final class LeaseTest {
  private static final long SECOND = 1_000 * World.MILLI;
  private static final long LEASE = Simulation.LEASE_MILLIS * World.MILLI;

  /** A spare that was refused looks again only after 20 silences, so it takes more than two. */
  private static final long LEASES = 12 * LEASE;

  private final Simulation sim = new Simulation(7);

  /** Host 0 is primary, host 1 backup, the service serves, and host 2 waits. */
  private void startPairAndSpare() {
    sim.startPair();
    sim.serve(5, SECOND);
    sim.start(2);
    sim.runFor(SECOND / 5);
    assertEquals(Role.WAITING, sim.node(2).role());
  }

  private void assertSameGuestServes() {
    sim.serve(5, SECOND);
    assertEquals(1, sim.checker.guestGeneration());
  }

  @Test
  void spareStartsNothingWhenTheArbiterWasDownForTwoLeases() {
    startPairAndSpare();
    blockPairFrom(2, true);
    sim.server.crash(false);
    sim.runFor(LEASES);
    sim.server.start();
    sim.runFor(LEASES);
    assertSameGuestServes();
    assertEquals(Role.PRIMARY, sim.node(0).role());
    assertEquals(Role.WAITING, sim.node(2).role());
  }

  /** Nor while the spare alone has a way to the arbiter, and none to the pair. */
  @Test
  void spareStartsNothingWhileItAloneIsCutOffFromThePair() {
    startPairAndSpare();
    blockPairFrom(2, true);
    sim.runFor(LEASES);
    assertSameGuestServes();
    assertEquals(Role.WAITING, sim.node(2).role());
  }

  /** It asks those whom it would replace, not only the arbiter, whose lease is long over. */
  @Test
  void spareStartsNothingBesideAPairThatItCanReach() {
    startPairAndSpare();
    blockPairFrom(Net.SERVER, true);
    sim.runFor(LEASES);
    assertEquals(1, sim.checker.guestGeneration());
    blockPairFrom(Net.SERVER, false);
    assertSameGuestServes();
  }

  /** A pair that nobody hears of for so long can't be told from a dead one; so it falls silent. */
  @Test
  void pairThatIsCutOffFromTheArbiterForTwoLeasesReleasesNothingBesideTheNewGuest() {
    startPairAndSpare();
    blockPairFrom(Net.SERVER, true);
    blockPairFrom(2, true);
    runUntilTheSpareHasStarted();
    blockPairFrom(Net.SERVER, false);
    blockPairFrom(2, false);
    sim.runFor(SECOND);
    assertThePairHasEnded();
  }

  @Test
  void pairThatWasStoppedForTwoLeasesReleasesNothingWhenItContinues() {
    startPairAndSpare();
    sim.node(0).pause();
    sim.node(1).pause();
    runUntilTheSpareHasStarted();
    sim.node(0).resume();
    sim.node(1).resume();
    sim.runFor(SECOND);
    assertThePairHasEnded();
  }

  private void blockPairFrom(int other, boolean block) {
    for (int host = 0; host < 2; host++) {
      sim.net.block(other, host, block);
      sim.net.block(host, other, block);
    }
  }

  /** Not before a lease is over. */
  private void runUntilTheSpareHasStarted() {
    sim.runFor(LEASE / 2);
    assertEquals(1, sim.checker.guestGeneration());
    sim.runFor(LEASES);
    assertEquals(2, sim.checker.guestGeneration());
    assertTrue(sim.node(2).role().isLive());
  }

  /** That it has released nothing more is seen by the checker. */
  private void assertThePairHasEnded() {
    assertEquals(Role.HALTED, sim.node(0).role());
    assertEquals(Role.HALTED, sim.node(1).role());
    sim.start(0);
    sim.serve(5, 3 * SECOND);
    assertEquals(2, sim.checker.guestGeneration());
  }

  /** What the operator may choose: a guest that was lost is started anew only when he says so. */
  @Test
  void spareThatIsNeverToStartAnewWaitsForEver() {
    sim.startRule(StartRule.NEVER_ANEW);
    startPairAndSpare();
    sim.node(0).crash(true);
    sim.node(1).crash(true);
    sim.runFor(LEASES);
    sim.start(0);
    sim.runFor(LEASES);
    assertEquals(1, sim.checker.guestGeneration());
    assertEquals(Role.WAITING, sim.node(2).role());
    assertEquals(Role.WAITING, sim.node(0).role());
    sim.startRule(StartRule.WITH_BACKUP);
    sim.start(1);
    sim.serve(5, 3 * SECOND);
    assertEquals(2, sim.checker.guestGeneration());
  }

  @Test
  void clockThatIsTooSlowDoesNotStretchALease() {
    aloneAndCutOffFromTheArbiterWithASlowClock(new Sabotage());
  }

  @Test
  void leaseWithoutAMarginWouldBeStretchedByAClockThatIsTooSlow() {
    Sabotage sabotage = new Sabotage();
    sabotage.forgetsLeaseMargin = true;
    Checker.Violation seen =
        assertThrows(
            Checker.Violation.class, () -> aloneAndCutOffFromTheArbiterWithASlowClock(sabotage));
    assertTrue(String.valueOf(seen.getMessage()).contains("started anew since"), seen::toString);
  }

  /** Its clients still reach it, its lease runs out, and another guest is started. */
  private static void aloneAndCutOffFromTheArbiterWithASlowClock(Sabotage sabotage) {
    for (long seed = 1; seed <= 20; seed++) {
      Simulation other = new Simulation(seed, false, sabotage, true);
      other.startRule(StartRule.ALONE);
      other.clockDrift(-100_000);
      other.start(0);
      other.serve(5, SECOND);
      other.net.block(0, Net.SERVER, true);
      other.clockDrift(0);
      other.net.block(0, 1, true);
      other.net.block(1, 0, true);
      other.start(1);
      other.runFor(2 * LEASE);
      assertEquals(2, other.checker.guestGeneration());
    }
  }
}
