package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import lockstep.ft.arbiter.ArbiterState;
import lockstep.ft.core.CoreState;
import lockstep.ft.core.CoreStateCodec;
import lockstep.ft.core.Effect;
import lockstep.ft.core.HaltReason;
import lockstep.ft.core.Replayer;
import lockstep.ft.core.ReplicaConfig.StartRule;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.core.Role;
import lockstep.ft.log.LogEntry;
import lockstep.ft.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;

/** Single faults, one by one, with what must follow. The checker watches here too. */
final class ScenarioTest {
  private static final long SECOND = 1_000 * World.MILLI;

  private final Simulation sim = new Simulation(7);

  /** Host 0 is primary, host 1 backup, the service serves. */
  private void startPair() {
    sim.startPair();
    sim.serve(5, SECOND);
    assertEquals(Role.PRIMARY, sim.node(0).role());
    assertEquals(Role.BACKUP, sim.node(1).role());
  }

  private void assertSameGuestServes() {
    sim.serve(5, SECOND);
    assertEquals(1, sim.checker.guestGeneration());
  }

  @Test
  void guestDoesNotRunBeforeItsBackupIsEnlisted() {
    sim.start(0);
    sim.runFor(SECOND);
    assertEquals(Role.LIVE_WAITING, sim.node(0).role());
    assertEquals(0, sim.node(0).status().position());
  }

  @Test
  void guestStartedAloneRunsAtOnce() {
    sim.startRule(StartRule.ALONE);
    sim.start(0);
    sim.serve(5, SECOND);
    assertEquals(Role.ALONE, sim.node(0).role());
  }

  @Test
  void backupGoesLiveWhenThePrimaryIsKilled() {
    startPair();
    sim.node(0).crash(false);
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(1).role());
  }

  @Test
  void backupGoesLiveWhenThePrimaryVanishes() {
    startPair();
    sim.node(0).crash(true);
    assertSameGuestServes();
  }

  @Test
  void stoppedPrimaryFindsItselfReplacedAndHalts() {
    startPair();
    sim.node(0).pause();
    assertSameGuestServes();
    sim.node(0).resume();
    sim.runFor(SECOND);
    assertEquals(Role.HALTED, sim.node(0).role());
    assertSameGuestServes();
  }

  @Test
  void shortPauseChangesNothing() {
    startPair();
    sim.node(0).pause();
    sim.runFor(Simulation.LIMITS.silenceNanos() / 2);
    sim.node(0).resume();
    assertSameGuestServes();
    assertEquals(Role.PRIMARY, sim.node(0).role());
  }

  @Test
  void stoppedBackupIsGivenUpAndHaltsWhenItContinues() {
    startPair();
    sim.node(1).pause();
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(0).role());
    sim.node(1).resume();
    sim.runFor(SECOND);
    assertEquals(Role.HALTED, sim.node(1).role());
  }

  @Test
  void primaryGoesOnAloneWhenTheBackupIsKilled() {
    startPair();
    sim.node(1).crash(false);
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(0).role());
  }

  @Test
  void cuttingTheLogChannelLeavesExactlyOneLive() {
    startPair();
    sim.net.block(0, 1, true);
    sim.net.block(1, 0, true);
    assertSameGuestServes();
    sim.runFor(SECOND);
    boolean firstLives = sim.node(0).role() == Role.ALONE;
    boolean secondLives = sim.node(1).role() == Role.ALONE;
    assertTrue(firstLives != secondLives);
    HaltReason other = sim.node(firstLives ? 1 : 0).haltReason().orElseThrow();
    assertTrue(
        Set.of(HaltReason.LOST, HaltReason.FENCED, HaltReason.DISMISSED).contains(other),
        other::name);
  }

  @Test
  void pairOutlivesTheDiskServer() {
    startPair();
    sim.server.crash(false);
    sim.runFor(SECOND);
    sim.server.start();
    assertSameGuestServes();
    assertEquals(Role.PRIMARY, sim.node(0).role());
  }

  @Test
  void nobodyGoesLiveWhileTheArbiterIsDownAndTheBackupDoesAfterwards() {
    startPair();
    sim.server.crash(false);
    sim.node(0).crash(false);
    sim.runFor(SECOND);
    assertEquals(Role.SEALED, sim.node(1).role());
    sim.server.start();
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(1).role());
  }

  @Test
  void lostAnswerToAClaimStopsNobody() {
    startPair();
    sim.net.block(Net.SERVER, 1, true);
    sim.node(0).crash(false);
    sim.runFor(5 * World.MILLI);
    assertEquals(sim.node(1).id, sim.server.record().live().orElseThrow().id());
    sim.server.crash(false);
    sim.net.breakBetween(Net.SERVER, 1);
    sim.net.block(Net.SERVER, 1, false);
    assertEquals(Role.SEALED, sim.node(1).role());
    sim.server.start();
    assertSameGuestServes();
    assertEquals(3, sim.server.record().epoch(), "the repeated claim was granted anew");
  }

  @Test
  void backupThatWasNeverToldItsEpochNeverClaims() {
    sim.startPair();
    while (sim.server.record().epoch() < 2) {
      sim.runFor(100 * World.MICRO);
    }
    sim.node(0).crash(true); // the enlisting is granted, and nobody hears of it
    assertEquals(sim.node(1).id, sim.server.record().backup().orElseThrow().id());
    sim.runFor(Simulation.LEASE_MILLIS * World.MILLI / 2);
    assertFalse(sim.node(1).role().isLive());
    sim.start(0);
    sim.serve(3, 3 * SECOND);
    assertEquals(2, sim.checker.guestGeneration(), "it is a new start, after the lease");
  }

  @Test
  void startThatIsRefusedAndThenGrantedOnRepetitionIsNotMissed() {
    sim.startRule(StartRule.WITH_BACKUP);
    startPair();
    sim.node(0).crash(true);
    sim.node(1).crash(true);
    sim.start(0);
    sim.runFor(Simulation.LEASE_MILLIS * World.MILLI * 3 / 4);
    sim.net.block(Net.SERVER, 0, true); // answers pile up: refusals, then a grant
    sim.runFor(Simulation.LEASE_MILLIS * World.MILLI);
    sim.net.block(Net.SERVER, 0, false);
    sim.start(1);
    sim.serve(3, 3 * SECOND);
    assertEquals(2, sim.checker.guestGeneration());
  }

  @Test
  void guestThatSwitchesItselfOffEndsBoth() {
    startPair();
    sim.node(0).input(new ReplicaEvent.PowerButton());
    sim.runFor(SECOND);
    assertEquals(Optional.of(HaltReason.GUEST_OFF), sim.node(0).haltReason());
    assertEquals(Optional.of(HaltReason.GUEST_OFF), sim.node(1).haltReason());
    assertTrue(sim.server.record().live().isEmpty());
  }

  @Test
  void guestThatIsOffEndsAlsoIfItsPrimaryDiesBeforeItResigns() {
    startPair();
    sim.server.crash(false);
    sim.node(0).input(new ReplicaEvent.PowerButton());
    sim.runFor(SECOND / 10);
    assertEquals(Optional.empty(), sim.node(0).haltReason());
    sim.node(0).crash(false);
    sim.server.start();
    sim.runFor(SECOND);
    assertEquals(Optional.of(HaltReason.GUEST_OFF), sim.node(1).haltReason());
    assertTrue(sim.server.record().live().isEmpty());
  }

  @Test
  void arbiterThatHasForgottenThePairEndsNeither() {
    startPair();
    sim.server.crash(false);
    ArbiterState known = sim.server.exchangeState(ArbiterState.vacant(Simulation.VM));
    sim.server.start();
    sim.net.breakBetween(0, 1);
    sim.runFor(SECOND);
    assertEquals(Optional.empty(), sim.node(0).haltReason());
    assertEquals(Optional.empty(), sim.node(1).haltReason());
    sim.server.crash(false);
    sim.server.exchangeState(known);
    sim.server.start();
    assertSameGuestServes();
  }

  @Test
  void otherMachineVersionIsRefusedByName() {
    sim.start(0);
    sim.version(2, "digest");
    sim.start(1);
    sim.runFor(SECOND);
    assertEquals(
        1,
        Stream.of(0, 1)
            .filter(h -> sim.node(h).haltReason().equals(Optional.of(HaltReason.REFUSED)))
            .count());
  }

  @Test
  void otherDefinitionIsRefusedByName() {
    sim.start(0);
    sim.version(1, "another digest");
    sim.start(1);
    sim.runFor(SECOND);
    assertEquals(
        1,
        Stream.of(0, 1)
            .filter(h -> sim.node(h).haltReason().equals(Optional.of(HaltReason.REFUSED)))
            .count());
  }

  // State transfer.

  @Test
  void spareBecomesTheBackupByItselfAfterALoss() {
    startPair();
    sim.start(2);
    sim.runFor(SECOND);
    assertEquals(Role.WAITING, sim.node(2).role());
    sim.node(0).crash(false);
    sim.protect(SECOND);
    assertEquals(Role.PRIMARY, sim.node(1).role());
    assertEquals(Role.BACKUP, sim.node(2).role());
    assertSameGuestServes();
  }

  @Test
  void primaryIsKilledAgainAndAgainAndTheGuestLivesOn() {
    startPair();
    for (int round = 0; round < 20; round++) {
      int live = sim.live().orElseThrow().host;
      sim.node(live).crash(round % 2 == 0);
      sim.serve(3, 3 * SECOND);
      sim.start(live);
      sim.protect(3 * SECOND);
    }
    assertSameGuestServes();
    assertTrue(sim.checker.comparisons() > 0);
  }

  @Test
  void guestStartedAloneIsProtectedByWhoeverJoins() {
    sim.startRule(StartRule.ALONE);
    sim.start(0);
    sim.serve(5, SECOND);
    sim.start(1);
    sim.protect(SECOND);
    sim.node(0).crash(false);
    assertSameGuestServes();
  }

  @Test
  void candidateKilledAtAnyMomentOfATransferIsSafe() {
    for (int millis = 1; millis < 60; millis += 2) {
      aloneWithACandidateFor(millis).node(1).crash(millis % 3 == 0);
    }
  }

  /** Then the guest is lost, for it was alone; what must not be is a second one beside it. */
  @Test
  void sourceKilledAtAnyMomentOfATransferIsSafe() {
    for (int millis = 1; millis < 60; millis += 2) {
      Simulation other = aloneWithACandidateFor(millis);
      other.node(0).crash(millis % 3 == 0);
      other.runFor(20 * World.MILLI);
      other.start(0);
      other.serve(3, 3 * SECOND);
      other.protect(3 * SECOND);
    }
  }

  private static Simulation aloneWithACandidateFor(int millis) {
    Simulation other = new Simulation(millis);
    other.startRule(StartRule.ALONE);
    other.start(0);
    other.serve(3, SECOND);
    other.startRule(StartRule.WITH_BACKUP);
    other.start(1);
    other.runFor(millis * World.MILLI);
    return other;
  }

  @Test
  void oneCandidateIsServedAtATimeAndTheOtherWaits() {
    sim.startRule(StartRule.ALONE);
    sim.start(0);
    sim.serve(5, SECOND);
    sim.start(1);
    sim.start(2);
    sim.protect(SECOND);
    sim.runFor(SECOND);
    assertEquals(1, Stream.of(1, 2).filter(h -> sim.node(h).role() == Role.BACKUP).count());
    assertEquals(1, Stream.of(1, 2).filter(h -> sim.node(h).role() == Role.WAITING).count());
    int backup = sim.node(1).role() == Role.BACKUP ? 1 : 2;
    sim.node(backup).crash(false);
    sim.protect(SECOND);
    assertSameGuestServes();
  }

  @Test
  void enlistingThatIsNotAnsweredHoldsTheGateUntilTheCandidateIsGivenUp() {
    sim.startRule(StartRule.ALONE);
    sim.cutStateBytesMax(
        1 << 20); // the disk does not answer either; that shall not hold up the cut
    sim.start(0);
    sim.serve(5, SECOND);
    sim.net.block(Net.SERVER, 0, true);
    sim.start(1);
    while (sim.server.record().backup().isEmpty()) {
      sim.runFor(World.MILLI);
    }
    sim.node(1).crash(false); // enlisted, and neither of the two knows
    sim.runFor(20 * World.MILLI);
    assertEquals(Role.GOING_ALONE, sim.node(0).role());
    long released = sim.node(0).status().outputsReleased();
    sim.runFor(50 * World.MILLI);
    assertEquals(released, sim.node(0).status().outputsReleased());
    sim.net.block(Net.SERVER, 0, false);
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(0).role());
  }

  @Test
  void spareEndsWithItsGuest() {
    startPair();
    sim.start(2);
    sim.runFor(SECOND / 10);
    sim.node(0).input(new ReplicaEvent.PowerButton());
    sim.runFor(SECOND);
    assertEquals(Optional.of(HaltReason.GUEST_OFF), sim.node(2).haltReason());
  }

  // What the operator asks for.

  private void ask(ReplicaEvent.Control control) {
    sim.live().orElseThrow().input(control);
    sim.runFor(20 * World.MILLI);
  }

  @Test
  void pausedGuestStandsStillWithItsClockWhoeverIsLive() {
    startPair();
    ask(new ReplicaEvent.PauseWanted());
    long position = sim.node(0).status().position();
    long time = sim.node(0).status().guestTimeNanos();
    sim.runFor(SECOND);
    ask(new ReplicaEvent.SwitchWanted());
    assertEquals(Role.PRIMARY, sim.node(1).role());
    sim.runFor(SECOND);
    sim.node(1).crash(false);
    sim.runFor(SECOND);
    assertEquals(Role.ALONE, sim.node(0).role());
    assertEquals(position, sim.node(0).status().position());
    assertEquals(time, sim.node(0).status().guestTimeNanos());
    sim.start(1);
    sim.protect(SECOND); // its state is transferred, the pause with it
    assertTrue(sim.node(1).status().paused());
    ask(new ReplicaEvent.ResumeWanted());
    assertSameGuestServes();
    long missing = sim.world.now() - sim.node(0).status().guestTimeNanos();
    assertTrue(missing > 2 * SECOND, () -> "the clock has caught up to " + missing);
  }

  @Test
  void guestThatIsResetEndsBothAndIsStartedAnew() {
    startPair();
    ask(new ReplicaEvent.ResetWanted());
    sim.runFor(SECOND);
    assertEquals(Optional.of(HaltReason.GUEST_RESET), sim.node(0).haltReason());
    assertEquals(Optional.of(HaltReason.GUEST_RESET), sim.node(1).haltReason());
    sim.start(0);
    sim.start(1);
    sim.serve(5, SECOND);
    assertEquals(2, sim.checker.guestGeneration());
  }

  @Test
  void resetThatThePrimaryDoesNotLiveToSeeIsTheBackupsToFinish() {
    startPair();
    sim.node(0).input(new ReplicaEvent.ResetWanted());
    sim.runFor(300 * World.MICRO);
    sim.node(0).crash(false);
    sim.runFor(SECOND);
    assertEquals(Optional.of(HaltReason.GUEST_RESET), sim.node(1).haltReason());
    assertTrue(sim.server.record().live().isEmpty());
  }

  @Test
  void guestThatIsSwitchedOffEndsBothForGood() {
    startPair();
    ask(new ReplicaEvent.SwitchOffWanted());
    sim.runFor(SECOND);
    assertEquals(Optional.of(HaltReason.GUEST_OFF), sim.node(0).haltReason());
    assertEquals(Optional.of(HaltReason.GUEST_OFF), sim.node(1).haltReason());
    assertTrue(sim.server.record().live().isEmpty());
  }

  @Test
  void switchingOffThatThePrimaryDoesNotLiveToSeeIsTheBackupsToFinish() {
    startPair();
    sim.node(0).input(new ReplicaEvent.SwitchOffWanted());
    sim.runFor(300 * World.MICRO);
    sim.node(0).crash(false);
    sim.runFor(SECOND);
    assertEquals(Optional.of(HaltReason.GUEST_OFF), sim.node(1).haltReason());
    assertTrue(sim.server.record().live().isEmpty());
  }

  @Test
  void guestHearsOfADiskThatGrows() {
    startPair();
    sim.server.growDisks();
    assertSameGuestServes();
    assertEquals(sim.server.diskBytes(), sim.node(0).diskBytes());
    sim.runFor(SECOND);
    assertEquals(sim.server.diskBytes(), sim.node(1).diskBytes());
  }

  @Test
  void guestHearsFromTheNextWhoIsLiveOfADiskThatGrewAsThePrimaryDied() {
    startPair();
    sim.node(0).crash(false);
    sim.server.growDisks();
    assertSameGuestServes();
    assertEquals(sim.server.diskBytes(), sim.node(1).diskBytes());
  }

  @Test
  void replicasThatKnowOtherSizesOfADiskStartOneGuest() {
    sim.start(0);
    sim.server.growDisks();
    sim.start(1);
    sim.serve(5, SECOND);
    assertEquals(sim.server.diskBytes(), sim.node(0).diskBytes());
    sim.runFor(SECOND);
    assertTrue(sim.isProtected());
    assertEquals(0, sim.coverage.of(Coverage.Event.TRANSFER_BEGAN));
  }

  /** Two messages and a question to the arbiter; what a fault adds to that is not in it. */
  @Test
  void guestStandsStillForAMomentWhenRolesAreSwitched() {
    startPair();
    switchRoles();
    assertSameGuestServes();
    long stoodStill = sim.node(0).stoodStillNanos();
    assertTrue(stoodStill > 0, "it was not told");
    assertTrue(stoodStill <= 10 * World.MILLI, stoodStill + " ns");
    assertEquals(0, sim.node(1).stoodStillNanos());
  }

  // Switch of roles.

  private void switchRoles() {
    sim.live().orElseThrow().input(new ReplicaEvent.SwitchWanted());
  }

  @Test
  void rolesAreSwitchedInOneEpochStepWithoutATransfer() {
    startPair();
    long epoch = sim.server.record().epoch();
    switchRoles();
    assertSameGuestServes();
    assertEquals(Role.BACKUP, sim.node(0).role());
    assertEquals(Role.PRIMARY, sim.node(1).role());
    assertEquals(epoch + 1, sim.server.record().epoch());
    assertEquals(0, sim.coverage.of(Coverage.Event.TRANSFER_BEGAN));
  }

  @Test
  void switchedPairOutlivesEitherDeath() {
    startPair();
    switchRoles();
    assertSameGuestServes();
    sim.node(1).crash(true);
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(0).role());
    sim.start(1);
    sim.protect(SECOND);
    switchRoles();
    assertSameGuestServes();
    sim.node(0).crash(false);
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(1).role());
  }

  @Test
  void rolesAreSwitchedAgainAndAgain() {
    startPair();
    for (int round = 0; round < 50; round++) {
      switchRoles();
      sim.runFor(20 * World.MILLI); // both hash before it
      sim.serve(1, SECOND);
    }
    sim.protect(SECOND);
    assertSameGuestServes();
    assertEquals(50, sim.coverage.of(Coverage.Event.ROLES_SWITCHED));
    assertTrue(sim.checker.comparisons() > 50);
  }

  @Test
  void replicaWithoutABackupRefusesToSwitch() {
    sim.startRule(StartRule.ALONE);
    sim.start(0);
    sim.serve(3, SECOND);
    switchRoles();
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(0).role());
  }

  @Test
  void backupWithoutAWayToTheProxyIsHandedNothing() {
    startPair();
    sim.net.block(1, Net.PROXY, true);
    sim.net.breakBetween(1, Net.PROXY);
    sim.runFor(20 * World.MILLI);
    switchRoles();
    assertSameGuestServes();
    assertEquals(Role.PRIMARY, sim.node(0).role());
  }

  @Test
  void eitherKilledAtAnyMomentOfASwitchIsSafe() {
    for (int moment = 0; moment < 160; moment++) {
      Simulation other = pairThatHasSwitchedFor(moment);
      other.node(moment % 2).crash(moment % 3 == 0);
      other.serve(5, SECOND);
      assertEquals(1, other.checker.guestGeneration());
      other.start(moment % 2);
      other.protect(3 * SECOND);
    }
  }

  @Test
  void channelBrokenAtAnyMomentOfASwitchLeavesExactlyOneLive() {
    for (int moment = 0; moment < 160; moment++) {
      Simulation other = pairThatHasSwitchedFor(moment);
      other.net.breakBetween(0, 1);
      other.serve(5, SECOND);
      other.runFor(SECOND);
      assertEquals(1, other.checker.guestGeneration());
      assertTrue(other.node(0).role().isLive() != other.node(1).role().isLive());
    }
  }

  @Test
  void arbiterThatDiesAtAnyMomentOfASwitchOnlyDelaysIt() {
    for (int moment = 0; moment < 160; moment++) {
      Simulation other = pairThatHasSwitchedFor(moment);
      other.server.crash(moment % 3 == 0);
      other.runFor(20 * World.MILLI);
      other.server.start();
      other.serve(5, SECOND);
      assertEquals(1, other.checker.guestGeneration());
      assertTrue(other.isProtected(), () -> "not protected: " + other.describe());
    }
  }

  /** {@code moment} counts tenths of a millisecond since the switch was asked for. */
  private static Simulation pairThatHasSwitchedFor(int moment) {
    Simulation other = new Simulation(moment);
    other.startPair();
    other.serve(3, SECOND);
    other.live().orElseThrow().input(new ReplicaEvent.SwitchWanted());
    other.runFor(moment * 100 * World.MICRO);
    return other;
  }

  @Test
  void answerToTheSwitchThatIsLostStopsNobody() {
    startPair();
    sim.net.block(Net.SERVER, 1, true);
    switchRoles();
    while (sim.server.record().live().orElseThrow().id().equals(sim.node(0).id)) {
      sim.runFor(World.MILLI);
    }
    assertEquals(Role.TAKING_OVER, sim.node(1).role());
    sim.net.breakBetween(Net.SERVER, 1);
    sim.net.block(Net.SERVER, 1, false);
    assertSameGuestServes();
    assertEquals(Role.PRIMARY, sim.node(1).role());
    assertEquals(Role.BACKUP, sim.node(0).role());
  }

  @Test
  void whoHandedOverGoesLiveWhenTheOtherDiesBeforeItCouldSayThatItIs() {
    startPair();
    sim.net.block(Net.SERVER, 1, true);
    switchRoles();
    while (sim.server.record().live().orElseThrow().id().equals(sim.node(0).id)) {
      sim.runFor(World.MILLI);
    }
    sim.node(1).crash(false);
    assertSameGuestServes();
    assertEquals(Role.ALONE, sim.node(0).role());
    assertEquals(1, sim.coverage.of(Coverage.Event.CLAIMED_AS_THE_OTHER_S_BACKUP));
  }

  @Test
  void primaryThatLosesAWayWhichItsBackupHasHandsItsRoleOver() {
    int round = 0;
    for (int end : new int[] {Net.PROXY, Net.SERVER}) {
      for (boolean outwards : new boolean[] {true, false}) {
        Simulation other = new Simulation(++round);
        other.startPair();
        other.serve(3, SECOND);
        other.runFor(50 * World.MILLI);
        other.net.block(outwards ? 0 : end, outwards ? end : 0, true);
        other.serve(5, SECOND);
        assertEquals(Role.PRIMARY, other.node(1).role());
        assertEquals(1, other.checker.guestGeneration());
        other.net.block(outwards ? 0 : end, outwards ? end : 0, false);
        other.serve(5, SECOND);
        assertEquals(Role.BACKUP, other.node(0).role(), other::describe);
      }
    }
  }

  @Test
  void primaryKeepsItsRoleIfItsBackupLacksTheSameWay() {
    startPair();
    sim.runFor(50 * World.MILLI);
    for (int host = 0; host < 2; host++) {
      sim.net.block(host, Net.PROXY, true);
    }
    sim.runFor(SECOND);
    assertEquals(Role.PRIMARY, sim.node(0).role());
    assertEquals(Role.BACKUP, sim.node(1).role());
  }

  @Test
  void primaryWhoseDisksAnswerKeepsItsRoleThoughTheLastProbeWasMissed() {
    startPair();
    sim.node(0).input(new ReplicaEvent.DiskServerMissed());
    sim.serve(20, SECOND);
    sim.runFor(5 * Simulation.LIMITS.pathNanos());
    assertEquals(Role.PRIMARY, sim.node(0).role(), sim::describe);
    assertFalse(sim.node(0).status().paths().disks());
  }

  @Test
  void recordingReplaysToTheSameState() {
    sim.recordNext();
    ReplicaNode primary = sim.startPair();
    sim.serve(50, 10 * SECOND);
    ToyMachine machine = new ToyMachine();
    Replayer replayer = new Replayer(machine, ToyMachine.DISKS, CoreState.POWER_ON, 0);
    long[] checks = new long[1];
    for (LogEntry entry : sim.log()) {
      assertTrue(replayer.receive(entry), entry::toString);
      while (!replayer.isDone()) {
        Optional<String> difference =
            replayer.run(13, effect -> checks[0] += effect instanceof Effect.Hashed ? 1 : 0);
        assertEquals(Optional.empty(), difference);
      }
    }
    assertTrue(checks[0] > 1);
    assertEquals(primary.machine().hash(), machine.hash());
  }

  @Test
  void savedStateStandsInForTheBoot() throws IOException {
    startPair();
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    sim.node(0).machine().save(saved);
    CoreStateCodec codec = new CoreStateCodec();
    byte[] core = codec.toBytes(sim.node(0).coreState());
    sim.server.crash(false);
    sim.node(0).crash(true);
    sim.node(1).crash(true);
    sim.server.start();
    for (int host = 0; host < 2; host++) {
      ToyMachine machine = new ToyMachine();
      machine.restore(new ByteArrayInputStream(saved.toByteArray()));
      try {
        sim.start(host, machine, codec.fromBytes(core));
      } catch (MalformedMessageException e) {
        throw new AssertionError(e);
      }
    }
    sim.serve(10, 3 * SECOND);
    assertTrue(sim.node(0).role() == Role.PRIMARY || sim.node(1).role() == Role.PRIMARY);
    assertTrue(sim.checker.comparisons() > 0);
  }
}
