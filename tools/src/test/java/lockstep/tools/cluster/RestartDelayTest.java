package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RestartDelayTest {
  private final RestartDelay delay = new RestartDelay();
  private long now = -Duration.ofSeconds(3).toNanos();

  private void pass(long millis) {
    now += Duration.ofMillis(millis).toNanos();
  }

  @Test
  void whoLivedLongIsStartedAtOnce() {
    delay.started(now);
    pass(60_000);
    assertTrue(delay.ended(now));
    assertTrue(delay.isOver(now));
  }

  @Test
  void whoDiesSoonIsStartedLaterAndLaterAndThenNotAtAll() {
    long wait = 500;
    for (int life = 1; life < RestartDelay.SHORT_LIVES_MAX; life++) {
      delay.started(now);
      pass(1_000);
      assertTrue(delay.ended(now));
      pass(wait - 1);
      assertFalse(delay.isOver(now));
      pass(1);
      assertTrue(delay.isOver(now));
      wait *= 2;
    }
    delay.started(now);
    assertFalse(delay.ended(now));
  }

  @Test
  void aLongLifeMakesUpForShortOnes() {
    delay.started(now);
    assertTrue(delay.ended(now));
    delay.started(now);
    pass(60_000);
    assertTrue(delay.ended(now));
    assertTrue(delay.isOver(now));
  }
}
