package lockstep.ft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FailureDetectorTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final ReplicaConfig.Limits LIMITS = ReplicaConfig.Limits.DEFAULT;

  private long now;

  @Test
  void silenceIsJudgedByItsTimeout() {
    FailureDetector detector = FailureDetector.fixed(1000, 0);
    for (long at = 100; at < 1000; at += 100) {
      assertFalse(detector.observe(at));
    }
    assertTrue(detector.observe(1000));
    detector.heard(1000);
    assertFalse(detector.observe(1100));
  }

  @Test
  void ownPauseIsNoSilenceOfThePeer() {
    FailureDetector detector = FailureDetector.fixed(1000, 0);
    detector.observe(100);
    assertFalse(detector.observe(1_000_000), "it was this replica that slept");
    detector.heard(1_000_000);
    assertFalse(detector.observe(1_000_100));
  }

  @Test
  void aPeerThatHasJustBegunIsGivenHalfOfTheLongestTime() {
    FailureDetector detector = FailureDetector.adaptive(LIMITS, 0);
    assertEquals(LIMITS.silenceNanos() / 2, detector.limitNanos());
  }

  @Test
  void aPeerThatIsHeardRegularlyIsMissedSoon() {
    FailureDetector detector = FailureDetector.adaptive(LIMITS, 0);
    hear(detector, LIMITS.heartbeatNanos(), 4000);
    assertEquals(LIMITS.silenceNanosMin(), detector.limitNanos());
    assertEquals(LIMITS.silenceNanosMin(), silenceUntilSuspected(detector), 5 * MILLI);
  }

  @Test
  void aPeerThatWasOnceLateIsGivenItsTimeAndThatIsForgotten() {
    FailureDetector detector = FailureDetector.adaptive(LIMITS, 0);
    hear(detector, 20 * MILLI, 4000);
    hear(detector, 120 * MILLI, 1);
    assertEquals(480 * MILLI, detector.limitNanos(), 40 * MILLI);
    hear(detector, 20 * MILLI, 500);
    long tenSecondsLater = detector.limitNanos();
    assertTrue(tenSecondsLater > 200 * MILLI && tenSecondsLater < 300 * MILLI);
    hear(detector, 20 * MILLI, 2000);
    assertEquals(LIMITS.silenceNanosMin(), detector.limitNanos());
  }

  @Test
  void whatComesByTheThousandIsForgottenNoFaster() {
    FailureDetector often = FailureDetector.adaptive(LIMITS, 0);
    hear(often, MILLI / 10, 100_000);
    FailureDetector seldom = FailureDetector.adaptive(LIMITS, now);
    hear(seldom, 20 * MILLI, 500);
    assertEquals(seldom.limitNanos(), often.limitNanos(), 10 * MILLI);
  }

  @Test
  void replicaThatIsLateItselfExpectsNoBetterOfItsPeer() {
    FailureDetector detector = FailureDetector.adaptive(LIMITS, 0);
    hear(detector, 20 * MILLI, 4000);
    now += 80 * MILLI;
    detector.heard(now);
    assertEquals(320 * MILLI, detector.limitNanos(), 5 * MILLI);
    hear(detector, 20 * MILLI, 4000);
    assertEquals(LIMITS.silenceNanosMin(), detector.limitNanos(), "that is forgotten");
  }

  @Test
  void ownPauseOfAnyLengthMakesNoLongerGapThanThereIsAtFirst() {
    FailureDetector detector = FailureDetector.adaptive(LIMITS, 0);
    hear(detector, 20 * MILLI, 4000);
    now += 3000 * MILLI;
    assertFalse(detector.observe(now), "it was this replica that slept");
    assertEquals(LIMITS.silenceNanos() / 2, detector.limitNanos());
  }

  @Test
  void replicaThatGetsLittleTimeIsInNoHurry() {
    FailureDetector detector = FailureDetector.adaptive(LIMITS, 0);
    hear(detector, 20 * MILLI, 4000);
    long since = now;
    do {
      now += 60 * MILLI; // between two looks
    } while (!detector.observe(now));
    assertTrue(now - since > 2 * LIMITS.silenceNanosMin(), "after " + (now - since));
  }

  private void hear(FailureDetector detector, long everyNanos, int times) {
    for (int i = 0; i < times; i++) {
      long until = now + everyNanos;
      while (until - now > 5 * MILLI) {
        now += 5 * MILLI;
        assertFalse(detector.observe(now));
      }
      now = until;
      detector.heard(now);
    }
  }

  private long silenceUntilSuspected(FailureDetector detector) {
    long since = now;
    do {
      now += MILLI;
    } while (!detector.observe(now));
    return now - since;
  }
}
