package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LineProgressTest {
  @Test
  void everyStepIsALineAndCountsInItsOwnUnit() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Progress progress = new LineProgress(new PrintStream(out, true, StandardCharsets.UTF_8));
    progress.step("starting").close();
    try (Progress.Step step = progress.step("copying", 5 << 20)) {
      step.advanceTo(1 << 20);
    }
    progress.step("replaying", 2_000, Progress.Unit.STEPS).close();
    progress.step("booting", 0, Progress.Unit.STEPS).close();
    assertEquals(
        """
        starting
        copying (5120 KiB)
        replaying (2,000 steps)
        booting
        """,
        out.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"));
  }
}
