package lockstep.vmm.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CompileBudgetTest {
  /** Some 40 ms of the JVM's compilers. */
  private static final int UNIT_BYTES = 5_000;

  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long WARM_SECONDS = 10;
  private static final long SECONDS = 60;

  private double idle;

  /** Units a second that are compiled in the long run, if there are always some to compile. */
  private double unitsASecond(double idleCores) {
    idle = idleCores;
    CompileBudget budget = new CompileBudget(() -> idle, 0);
    long units = 0;
    for (long ms = 1; ms <= TimeUnit.SECONDS.toMillis(WARM_SECONDS + SECONDS); ms++) {
      if (budget.allows(ms * MILLISECOND)) {
        budget.spend(UNIT_BYTES);
        units += ms > TimeUnit.SECONDS.toMillis(WARM_SECONDS) ? 1 : 0;
      }
    }
    return (double) units / SECONDS;
  }

  @Test
  void aBusyHostGrantsASmallShareOfACore() {
    assertEquals(0.15 * 1000 / 40, unitsASecond(0), 0.1);
  }

  @Test
  void neverMoreThanACoreIsTaken() {
    assertEquals(1000.0 / 40, unitsASecond(8), 0.5);
  }

  @Test
  void whatAGuestDidNotNeedIsSavedUpToABound() {
    CompileBudget budget = new CompileBudget(() -> 0, 0);
    long later = TimeUnit.HOURS.toNanos(1);
    int units = 0;
    while (budget.allows(later)) {
      budget.spend(UNIT_BYTES);
      units++;
    }
    assertEquals(13, units);
  }
}
