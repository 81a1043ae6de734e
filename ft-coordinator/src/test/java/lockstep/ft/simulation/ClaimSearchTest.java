package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** No order of events breaks enlisting, claiming and going live. */
final class ClaimSearchTest {
  private static final int STATES_MAX = 2_000_000;

  // A switch takes two slices: one that hashes, one that hands over.

  private static void searchAll(ClaimModel.Budget budget) {
    ClaimSearch.Result result = ClaimSearch.search(budget, ClaimModel.Break.NOTHING, STATES_MAX);
    System.out.println(budget + ": " + result);
    assertTrue(result.isComplete(), "more states than " + STATES_MAX);
    assertTrue(result.ends() > 0, "nothing ever comes to an end");
  }

  // A search that finds nothing, whatever there is, is worth nothing.

  private static void assertFound(ClaimModel.Break broken, int slices, String complaint) {
    ClaimModel.Budget budget = new ClaimModel.Budget(1, 0, 1, slices, 0);
    Checker.Violation found =
        assertThrows(Checker.Violation.class, () -> ClaimSearch.search(budget, broken, STATES_MAX));
    assertTrue(String.valueOf(found.getMessage()).startsWith(complaint), found::toString);
  }

  @Test
  void outputsThatDoNotWaitForTheirAcknowledgementAreFound() {
    assertFound(ClaimModel.Break.FORGED_ACKS, 2, "released what its backup has not received");
  }

  @Test
  void acknowledgementsOfASealedBackupAreFound() {
    assertFound(ClaimModel.Break.ACKS_AFTER_SEAL, 2, "released what its backup has not received");
  }

  @Test
  void arbiterThatGrantsEveryClaimIsFound() {
    assertFound(ClaimModel.Break.EVERY_CLAIM_GRANTED, 0, "replica 1 believes to be live for ever");
  }

  @Test
  void claimsThatAreLostAreFound() {
    assertFound(ClaimModel.Break.CLAIMS_LOST, 0, "a claim is never answered");
  }

  @Test
  void everyOrderWithACrashOfEachAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 0, 1, 1, 0));
  }

  @Test
  void everyOrderOfASwitchWithABrokenChannel() {
    searchAll(new ClaimModel.Budget(0, 0, 1, 2, 1));
  }

  @Test
  @Tag("slow")
  void everyOrderOfASwitchWithACrashOfEachAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 0, 1, 2, 1));
  }

  @Test
  @Tag("slow")
  void everyOrderOfTwoSwitchesWithAnArbiterRestart() {
    searchAll(new ClaimModel.Budget(0, 1, 0, 3, 2));
  }

  @Test
  @Tag("slow")
  void everyOrderWithACrashOfEachAnArbiterRestartAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 1, 1, 1, 0));
  }
}
