package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** No order of events breaks enlisting, claiming and going live. */
final class ClaimSearchTest {
  private static final int STATES_MAX = 2_000_000;

  private static void searchAll(ClaimModel.Budget budget) {
    ClaimSearch.Result result = ClaimSearch.search(budget, STATES_MAX);
    System.out.println(budget + ": " + result);
    assertTrue(result.isComplete(), "more states than " + STATES_MAX);
    assertTrue(result.ends() > 0, "nothing ever comes to an end");
  }

  @Test
  void everyOrderWithACrashOfEachAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 0, 1, 1, 0));
  }

  @Test
  void everyOrderOfASwitchWithABrokenChannel() {
    searchAll(new ClaimModel.Budget(0, 0, 1, 1, 1));
  }

  @Test
  @Tag("slow")
  void everyOrderOfASwitchWithACrashOfEachAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 0, 1, 1, 1));
  }

  @Test
  @Tag("slow")
  void everyOrderOfTwoSwitchesWithAnArbiterRestart() {
    searchAll(new ClaimModel.Budget(0, 1, 0, 1, 2));
  }

  @Test
  @Tag("slow")
  void everyOrderWithACrashOfEachAnArbiterRestartAndABrokenChannel() {
    searchAll(new ClaimModel.Budget(1, 1, 1, 1, 0));
  }
}
