package lockstep.vmm.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LatenessTest {
  private static final long MILLI = 1_000_000;

  private final List<String> told = new ArrayList<>();
  private SchedulerTimes times = new SchedulerTimes(0, 0);
  private final Lateness lateness = new Lateness("guest", 0, () -> times, told::add);

  private void look(long millis) {
    lateness.look(millis * MILLI, () -> " slice-millis=1");
  }

  @Test
  void whoComesRoundInTimeIsNotToldOf() {
    for (int millis = 0; millis < 1_000; millis += 20) {
      look(millis);
    }
    assertEquals(List.of(), told);
  }

  @Test
  void whoWasLateIsToldOfWithWhatItHadOfTheHostSince() {
    look(20);
    times = new SchedulerTimes(30 * MILLI, 290 * MILLI);
    look(340);
    assertEquals(
        List.of(
            "late thread=guest millis=320 of-the-last-millis=340 on-cpu=30 waiting-for-cpu=290"
                + " slice-millis=1"),
        told);
  }

  @Test
  void onlyWhatIsWorseIsToldSoonAfter() {
    look(200);
    look(350);
    assertEquals(1, told.size());
    look(600);
    assertEquals(2, told.size());
    for (int millis = 600; millis < 6_000; millis += 50) {
      look(millis);
    }
    look(6_100);
    assertEquals(3, told.size());
  }

  @Test
  void aHostThatTellsNothingOfThreadsIsNoFailure() {
    assertEquals(new SchedulerTimes(12, 34), SchedulerTimes.parse("12 34 5\n"));
    assertEquals(new SchedulerTimes(0, 0), SchedulerTimes.parse(""));
  }
}
