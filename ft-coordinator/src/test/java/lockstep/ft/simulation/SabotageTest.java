package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A checker that notices nothing is worth nothing: each rule is broken once, on purpose. */
final class SabotageTest {
  private static final int SEEDS = 400;
  private static final int SEEDS_FOR_RARE_MOMENTS = 4000;

  @Test
  void aDiskServerThatDoesNotFenceIsNoticed() {
    assertNoticed(sabotage -> sabotage.ignoresFence = true, "the disk heard");
  }

  @Test
  void anArbiterThatGrantsEveryClaimIsNoticed() {
    Consumer<Sabotage> rule = sabotage -> sabotage.grantsEveryClaim = true;
    assertNoticed(rule, " says ");
    assertNoticed(unseenInStatus(rule), "two replicas release outputs at epoch");
  }

  @Test
  void anArbiterThatForgetsItsGrantsIsNoticed() {
    Consumer<Sabotage> rule = sabotage -> sabotage.forgetsItsGrants = true;
    assertNoticed(rule, " says ");
    assertNoticed(unseenInStatus(rule), "who was not live then");
  }

  /** Who says that it is live is noticed before it has done anything. */
  private static Consumer<Sabotage> unseenInStatus(Consumer<Sabotage> rule) {
    return rule.andThen(sabotage -> sabotage.statusIsNotLookedAt = true);
  }

  @Test
  void claimsThatAreLostAreNoticed() {
    assertNoticed(sabotage -> sabotage.losesClaims = true, "the service does not go on");
  }

  @Test
  void guestThatASingleFaultLosesIsNoticed() {
    assertNoticed(
        RandomRun::ofSingleFaults,
        SEEDS,
        sabotage -> sabotage.losesClaims = true,
        "a single fault has lost the guest");
  }

  @Test
  void transfersThatNeverEndAreNoticed() {
    assertNoticed(sabotage -> sabotage.losesCuts = true, "no backup is made");
  }

  @Test
  void framesThatAreMiscountedAreNoticed() {
    assertNoticed(sabotage -> sabotage.miscountsFrames = true, "is the machine's");
  }

  @Test
  void framesThatAreInventedAreNoticed() {
    assertNoticed(sabotage -> sabotage.inventsFrames = true, "from nowhere");
  }

  @Test
  void consoleThatShowsSomethingElseIsNoticed() {
    assertNoticed(
        SEEDS_FOR_RARE_MOMENTS,
        sabotage -> sabotage.garblesConsole = true,
        "the console shows something else");
  }

  @Test
  void pausedGuestThatRunsIsNoticed() {
    assertNoticed(sabotage -> sabotage.runsWhilePaused = true, "a paused guest runs");
  }

  @Test
  void machinesThatDifferAreNoticedEvenIfTheyDoNotCompareThemselves() {
    assertNoticed(sabotage -> sabotage.flipsBitsUnseen = true, "state differs at");
  }

  @Test
  void outputsThatDoNotWaitForTheirAcknowledgementAreNoticed() {
    assertNoticed(sabotage -> sabotage.forgesAcks = true, "the backup has received marks up to");
  }

  @Test
  void aDiskRequestThatPassesTheGateByIsNoticed() {
    assertNoticed(sabotage -> sabotage.submitsEarly = true, " left, the backup has received marks");
  }

  @Test
  void entropyThatIsDrawnBeforeTheAcknowledgementIsNoticed() {
    assertNoticed(sabotage -> sabotage.drawsEarly = true, " left, the backup has received marks");
  }

  /** The right moment is rare. */
  @Test
  void acknowledgementsOfASealedBackupAreNoticed() {
    assertNoticed(
        SEEDS_FOR_RARE_MOMENTS,
        sabotage -> sabotage.acksAfterSeal = true,
        "the backup has received marks up to");
  }

  @Test
  void gateThatIsNotClosedAtTheCutIsNoticed() {
    assertNoticed(sabotage -> sabotage.forgesAcksFromTheCut = true, "since the cut output");
  }

  @Test
  void pageMissedByATransferIsNoticed() {
    assertNoticed(sabotage -> sabotage.missesChangedPages = true, "divergence at");
  }

  @Test
  void guestThatDoesNotStandStillBehindItsHandOverIsNoticed() {
    assertNoticed(sabotage -> sabotage.injectsBehindTheHandOver = true, "divergence at");
  }

  @Test
  void leaseThatIsNotKeptIsNoticed() {
    assertNoticed(
        SEEDS_FOR_RARE_MOMENTS, sabotage -> sabotage.stretchesLeases = true, "started anew since");
  }

  @Test
  void keptOutputsThatAreLostAreNoticed() {
    assertNoticed(
        SEEDS_FOR_RARE_MOMENTS,
        sabotage -> sabotage.forgetsKeptOutputs = true,
        "the console misses");
  }

  /** The right moment is rare. */
  @Test
  @Tag("slow")
  void proxyThatHearsAStaleEpochIsNoticed() {
    assertNoticed(sabotage -> sabotage.proxyTakesStaleFrames = true, "the proxy heard epoch");
  }

  @Test
  void boundOnLagThatIsNotKeptIsNoticed() {
    assertNoticed(sabotage -> sabotage.hidesLag = true, "the backup lags behind by");
  }

  @Test
  void aDiskWhoseNewSizeIsNotToldIsNoticed() {
    assertNoticed(
        sabotage -> sabotage.hidesDiskSizes = true, "the guest has not heard of its disks' size");
  }

  @Test
  void aDiskServerThatLosesFlushedWritesIsNoticed() {
    assertNoticed(
        sabotage -> sabotage.forgetsFlushedWrites = true,
        "read something else than it had written");
  }

  @Test
  void keptWritesThatAreNotSentAgainAreNoticed() {
    assertNoticed(
        sabotage -> sabotage.hidesIncarnation = true, "read something else than it had written");
  }

  @Test
  void requestsThatOvertakeTheKeptWritesAreNoticed() {
    assertNoticed(
        sabotage -> sabotage.reissuesBeforeCatchUp = true,
        "read something else than it had written");
  }

  // What the clients alone notice, when the checker looks away.

  private static final String NOT_LINEARIZABLE = "the clients' history is not linearizable";

  @Test
  void clientsNoticeOutputsThatDoNotWaitForTheirAcknowledgement() {
    assertClientsNotice(sabotage -> sabotage.forgesAcks = true);
  }

  @Test
  void clientsNoticeFlushedWritesThatAreLost() {
    assertClientsNotice(sabotage -> sabotage.forgetsFlushedWrites = true);
  }

  private static void assertClientsNotice(Consumer<Sabotage> rule) {
    assertNoticed(
        SEEDS_FOR_RARE_MOMENTS,
        rule.andThen(sabotage -> sabotage.onlyClientsLook = true),
        NOT_LINEARIZABLE);
  }

  private static void assertNoticed(Consumer<Sabotage> rule, String... complaints) {
    assertNoticed(SEEDS, rule, complaints);
  }

  private static void assertNoticed(int seeds, Consumer<Sabotage> rule, String... complaints) {
    assertNoticed(RandomRun::of, seeds, rule, complaints);
  }

  private static void assertNoticed(
      RandomRun.Kind kind, int seeds, Consumer<Sabotage> rule, String... complaints) {
    Sabotage sabotage = new Sabotage();
    rule.accept(sabotage);
    boolean noticed = false;
    for (long seed = 1; seed <= seeds && !noticed; seed++) {
      noticed =
          kind.run(seed, false, sabotage)
              .failure()
              .map(failure -> Stream.of(complaints).anyMatch(failure::contains))
              .orElse(false);
    }
    assertTrue(noticed, "no seed of " + seeds + " noticed it");
  }
}
