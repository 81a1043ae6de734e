package lockstep.ft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class GuestPaceTest {
  private static final long SLICE = 100_000;

  private final GuestPace pace = new GuestPace();

  @Test
  void whatRanAtFullSpeedIsNotChargedToAPeriodThatIsSlowed() {
    assertEquals(SLICE / 2, pace.steps(SLICE, 0.5, 1_000));
    pace.ran(SLICE / 2);
    assertEquals(SLICE, pace.steps(SLICE, 1.0, 2_000));
    pace.ran(SLICE);
    assertEquals(SLICE / 2, pace.steps(SLICE, 0.5, 3_000));
  }
}
