package lockstep.vmm.machine.device.plic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lockstep.vmm.machine.bus.InterruptLine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PlicTest {
  private static final int M = 0;
  private static final int S = 1;

  private final boolean[] external = new boolean[2];
  private final Plic plic = new Plic(List.of(a -> external[M] = a, a -> external[S] = a));
  private final InterruptLine seven = plic.line(7);
  private final InterruptLine nine = plic.line(9);

  @BeforeEach
  void enableSevenAndNineForS() {
    priority(7, 1);
    priority(9, 1);
    plic.store(0x2080, 2, 1 << 7 | 1 << 9);
  }

  private void priority(int source, int priority) {
    plic.store(source * 4L, 2, priority);
  }

  private int claim() {
    return (int) plic.load(0x20_1004, 2);
  }

  private void complete(int source) {
    plic.store(0x20_1004, 2, source);
  }

  private void threshold(int threshold) {
    plic.store(0x20_1000, 2, threshold);
  }

  private int pending() {
    return (int) plic.load(0x1000, 2);
  }

  @Test
  void anEnabledSourceInterruptsOnlyTheContextThatEnablesIt() {
    seven.set(true);
    assertTrue(external[S]);
    assertFalse(external[M]);
  }

  @Test
  void aClaimTakesTheRequestAndLowersTheLine() {
    seven.set(true);
    assertEquals(7, claim());
    assertFalse(external[S]);
    assertEquals(0, pending());
    assertEquals(0, claim());
  }

  @Test
  void aLevelStillHighAtCompletionIsPendingAgain() {
    seven.set(true);
    claim();
    complete(7);
    assertTrue(external[S]);
    assertEquals(7, claim());
  }

  @Test
  void aLevelThatFellBeforeCompletionIsNot() {
    seven.set(true);
    claim();
    seven.set(false);
    complete(7);
    assertFalse(external[S]);
  }

  @Test
  void aRequestOnceAcceptedStaysThoughTheLevelFalls() {
    seven.set(true);
    seven.set(false);
    assertEquals(1 << 7, pending());
    assertEquals(7, claim());
  }

  @Test
  void aLevelThatRisesInServiceWaitsForTheCompletion() {
    seven.set(true);
    claim();
    seven.set(false);
    seven.set(true);
    assertEquals(0, pending());
    complete(7);
    assertEquals(1 << 7, pending());
  }

  @Test
  void amongEqualPrioritiesTheLowestNumberWins() {
    nine.set(true);
    seven.set(true);
    assertEquals(7, claim());
    assertEquals(9, claim());
  }

  @Test
  void theHighestPriorityWins() {
    priority(9, 5);
    seven.set(true);
    nine.set(true);
    assertEquals(9, claim());
  }

  @Test
  void aSourceOfPriorityZeroNeverInterrupts() {
    priority(7, 0);
    seven.set(true);
    assertFalse(external[S]);
    assertEquals(0, claim());
    priority(7, 1);
    assertTrue(external[S]);
  }

  @Test
  void onlyPrioritiesAboveTheThresholdInterruptButAClaimLooksAtNone() {
    threshold(1);
    seven.set(true);
    assertFalse(external[S]);
    threshold(0);
    assertTrue(external[S]);
    threshold(1);
    assertEquals(7, claim());
  }

  @Test
  void aCompletionOfASourceThatIsNotEnabledIsIgnored() {
    seven.set(true);
    claim();
    plic.store(0x2080, 2, 1 << 9);
    complete(7);
    plic.store(0x2080, 2, 1 << 7);
    assertFalse(external[S]);
    complete(7);
    assertTrue(external[S]);
  }

  @Test
  void prioritiesAndThresholdsKeepThreeBits() {
    priority(7, 0xff);
    threshold(0xff);
    assertEquals(7, plic.load(28, 2));
    assertEquals(7, plic.load(0x20_1000, 2));
  }

  @Test
  void sourceZeroDoesNotExist() {
    priority(0, 7);
    assertEquals(0, plic.load(0, 2));
    plic.store(0x2080, 2, 1);
    assertEquals(0, plic.load(0x2080, 2));
  }

  @Test
  void anyAccessAnywhereIsHarmless() {
    for (long offset = 0; offset < Plic.SIZE_BYTES; offset += 4) {
      plic.store(offset, 2, -1);
      plic.load(offset, 2);
      plic.load(offset, 0);
    }
    assertEquals(0, plic.load(0x20_2000, 2));
  }
}
