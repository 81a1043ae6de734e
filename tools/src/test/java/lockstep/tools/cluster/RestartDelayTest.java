package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RestartDelayTest {
  private static final long SOON_MILLIS = 2_000;

  private final RestartDelay delay = RestartDelay.ofVmm();
  private long now = -Duration.ofSeconds(3).toNanos();

  private void pass(long millis) {
    now += Duration.ofMillis(millis).toNanos();
  }

  private void live(long millis) {
    delay.started(now);
    pass(millis);
  }

  private void assertStartedAfter(long millis) {
    pass(millis - 1);
    assertFalse(delay.isOver(now));
    pass(1);
    assertTrue(delay.isOver(now));
  }

  @Test
  void whoLivedLongIsStartedSoon() {
    live(60_000);
    assertTrue(delay.ended(now, true));
    assertStartedAfter(SOON_MILLIS);
  }

  @Test
  void whoDiesSoonIsStartedLaterAndLaterAndThenNotAtAll() {
    long wait = SOON_MILLIS;
    for (int life = 1; life < RestartDelay.SHORT_LIVES_MAX; life++) {
      live(1_000);
      assertTrue(delay.ended(now, true));
      assertStartedAfter(wait);
      wait *= 2;
    }
    delay.started(now);
    assertFalse(delay.ended(now, true));
  }

  @Test
  void aLongLifeMakesUpForShortOnes() {
    for (int life = 1; life < RestartDelay.SHORT_LIVES_MAX; life++) {
      live(1_000);
      assertTrue(delay.ended(now, true));
    }
    live(60_000);
    assertTrue(delay.ended(now, true));
    assertStartedAfter(SOON_MILLIS);
  }

  @Test
  void whoIsKilledAgainAndAgainIsStartedAgain() {
    for (int life = 1; life < 3 * RestartDelay.SHORT_LIVES_MAX; life++) {
      live(1_000);
      assertTrue(delay.ended(now, false));
      pass(SOON_MILLIS);
      assertTrue(delay.isOver(now));
    }
  }

  @Test
  void theOnlyServerOfItsKindIsStartedAtOnceAfterItWasKilled() {
    RestartDelay server = RestartDelay.ofOnlyServer();
    for (int life = 1; life < 3 * RestartDelay.SHORT_LIVES_MAX; life++) {
      server.started(now);
      pass(1_000);
      assertTrue(server.ended(now, false));
      assertTrue(server.isOver(now));
    }
  }

  @Test
  void theOnlyServerOfItsKindIsTriedForEver() {
    RestartDelay server = RestartDelay.ofOnlyServer();
    for (int life = 1; life < 100; life++) {
      server.started(now);
      pass(1_000);
      var _ = server.ended(now, true);
      assertFalse(server.isOver(now));
      pass(30_000);
      assertTrue(server.isOver(now));
    }
  }
}
