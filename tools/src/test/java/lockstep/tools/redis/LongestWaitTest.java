package lockstep.tools.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class LongestWaitTest {
  private final LongestWait wait = new LongestWait();

  @Test
  void whatIsUnderWayCountsAndIsCountedAnewOnceItIsTaken() throws InterruptedException {
    wait.begin();
    Thread.sleep(20);
    LongestWait.Taken first = wait.take();
    assertTrue(first.longest() >= 20_000_000L, first::toString);
    assertTrue(wait.longestNanos() < first.longest());
  }

  @Test
  void whatBeginsLaterIsNoneOfWhatIsWaitedForAtOnce() throws InterruptedException {
    var _ = wait.take();
    wait.begin();
    wait.end();
    Thread.sleep(120);
    wait.begin();
    Thread.sleep(20);
    wait.end();
    LongestWait.Taken taken = wait.take();
    assertTrue(taken.longest() >= 20_000_000L, taken::toString);
    assertTrue(taken.atOnce() < taken.longest(), taken::toString);
  }

  @Test
  void aWaitThatBeganAtOnceIsCountedHoweverLongItLasts() throws InterruptedException {
    var _ = wait.take();
    wait.begin();
    Thread.sleep(120);
    LongestWait.Taken taken = wait.take();
    assertEquals(taken.longest(), taken.atOnce());
  }
}
