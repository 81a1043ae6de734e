package lockstep.ft.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A checker that notices nothing is worth nothing: each rule is broken once, on purpose. */
final class SabotageTest {
  private static final int SEEDS = 400;

  @Test
  void aDiskServerThatDoesNotFenceIsNoticed() {
    assertNoticed(sabotage -> sabotage.ignoresFence = true, "the disk heard");
  }

  @Test
  void anArbiterThatGrantsEveryClaimIsNoticed() {
    assertNoticed(sabotage -> sabotage.grantsEveryClaim = true, "at epoch");
  }

  @Test
  void outputsThatDoNotWaitForTheirAcknowledgementAreNoticed() {
    assertNoticed(sabotage -> sabotage.forgesAcks = true, "the backup has received marks up to");
  }

  @Test
  void aDiskServerThatLosesFlushedWritesIsNoticed() {
    assertNoticed(sabotage -> sabotage.forgetsFlushedWrites = true, "");
  }

  @Test
  void keptWritesThatAreNotSentAgainAreNoticed() {
    assertNoticed(
        sabotage -> sabotage.hidesIncarnation = true, "read something else than it had written");
  }

  private static void assertNoticed(Consumer<ServerNode.Sabotage> rule, String complaint) {
    ServerNode.Sabotage sabotage = new ServerNode.Sabotage();
    rule.accept(sabotage);
    boolean noticed = false;
    for (long seed = 1; seed <= SEEDS && !noticed; seed++) {
      noticed =
          RandomRun.of(seed, false, sabotage)
              .failure()
              .map(f -> f.contains(complaint))
              .orElse(false);
    }
    assertTrue(noticed, "no seed of " + SEEDS + " noticed it");
  }
}
