package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** No order of events breaks enlisting, claiming and going live. */
final class ClaimSearchTest {
  private static final int STATES_MAX = 2_000_000;

  // A switch takes two slices: one that hashes, one that hands over.

  private static void searchAll(ClaimModel.Budget budget) {
    long begin = System.nanoTime();
    ClaimSearch.Result result = ClaimSearch.search(budget, ClaimModel.Break.NOTHING, STATES_MAX);
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf("%s: %s, %.1f s%n", budget, result, seconds);
    assertTrue(result.isComplete(), "more states than " + STATES_MAX);
    assertTrue(result.ends() > 0, "nothing ever comes to an end");
  }

  // A search that finds nothing, whatever there is, is worth nothing.

  private static void assertFound(
      ClaimModel.Break broken, ClaimModel.Budget budget, String complaint) {
    Checker.Violation found =
        assertThrows(Checker.Violation.class, () -> ClaimSearch.search(budget, broken, STATES_MAX));
    assertTrue(String.valueOf(found.getMessage()).startsWith(complaint), found::toString);
  }

  @Test
  void outputsThatDoNotWaitForTheirAcknowledgementAreFound() {
    assertFound(
        ClaimModel.Break.FORGED_ACKS,
        new ClaimModel.Budget(1, 0, 1, 0, 2, 0),
        "released what its backup has not received");
  }

  @Test
  void acknowledgementsOfASealedBackupAreFound() {
    assertFound(
        ClaimModel.Break.ACKS_AFTER_SEAL,
        new ClaimModel.Budget(0, 0, 0, 1, 2, 0),
        "released what its backup has not received");
  }

  @Test
  void arbiterThatGrantsEveryClaimIsFound() {
    assertFound(
        ClaimModel.Break.EVERY_CLAIM_GRANTED,
        new ClaimModel.Budget(1, 0, 1, 0, 0, 0),
        "replica 1 believes to be live for ever");
  }

  @Test
  void claimsThatAreLostAreFound() {
    assertFound(
        ClaimModel.Break.CLAIMS_LOST,
        new ClaimModel.Budget(1, 0, 1, 0, 0, 0),
        "a claim is never answered");
  }

  @Test
  void twoThatAreLiveAtOneEpochAreFound() {
    assertFound(
        ClaimModel.Break.EVERY_CLAIM_GRANTED,
        new ClaimModel.Budget(0, 0, 1, 0, 0, 0),
        "two live at one epoch");
  }

  @Test
  void whoGoesLiveWithoutWhatWasReleasedIsFound() {
    assertFound(
        ClaimModel.Break.LOST_BEHIND_THE_ACK,
        new ClaimModel.Budget(1, 0, 1, 0, 2, 0),
        "replica 1 is live without having made what was released");
  }

  @Test
  void aHandOverThatIsNeverTakenIsFound() {
    assertFound(
        ClaimModel.Break.TAKE_OVERS_LOST,
        new ClaimModel.Budget(0, 0, 0, 0, 2, 1),
        "what is handed over is never taken over");
  }

  @Test
  void everyOrderWithACrashOfEachAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 0, 1, 0, 1, 0));
  }

  @Test
  void everyOrderWithASilence() {
    searchAll(new ClaimModel.Budget(0, 0, 0, 1, 1, 0));
  }

  @Test
  @Tag("slow")
  void everyOrderWithTwoSilences() {
    searchAll(new ClaimModel.Budget(0, 0, 0, 2, 2, 0));
  }

  @Test
  void everyOrderOfASwitchWithABrokenChannel() {
    searchAll(new ClaimModel.Budget(0, 0, 1, 0, 2, 1));
  }

  @Test
  @EnabledIfSystemProperty(named = "lockstep.searches", matches = "all")
  @Tag("slow")
  void everyOrderOfASwitchWithACrashOfEachAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 0, 1, 1, 2, 1));
  }

  @Test
  @Tag("slow")
  void everyOrderOfTwoSwitchesWithAnArbiterRestart() {
    searchAll(new ClaimModel.Budget(0, 1, 0, 0, 3, 2));
  }

  @Test
  @Tag("slow")
  void everyOrderWithACrashOfEachAnArbiterRestartAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 1, 1, 1, 1, 0));
  }
}
