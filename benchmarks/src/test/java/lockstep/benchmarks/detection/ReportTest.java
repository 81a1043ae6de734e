package lockstep.benchmarks.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private static final long MINUTE = 60_000_000_000L;

  private static final Alarms QUIET = new Alarms(Starvation.NONE, MINUTE, 0, 0, 150);
  private static final Alarms STARVED = new Alarms(Starvation.STOPS, 2 * MINUTE, 3, 1, 480);

  @Test
  void anyFalseAlarmMissesTheBar() {
    String text = tsv(List.of(QUIET, STARVED), new Ends(), new Ends());
    assertTrue(text.contains("false alarms a minute, nothing else runs\t0.00\t\t\t0\tmet\n"), text);
    assertTrue(
        text.contains("false alarms a minute, stops of 20 to 120 ms\t1.50\t\t\t0\tmissed\n"), text);
  }

  @Test
  void whatClientsWaitForIsHeldAgainstABarOfItsOwn() {
    Ends stops = new Ends();
    stops.detected().add(160_000_000);
    stops.waits().add(190_000_000);
    Ends deaths = new Ends();
    deaths.detected().add(1_000_000);
    deaths.waits().add(70_000_000);
    String text = tsv(List.of(), stops, deaths);
    assertTrue(text.contains("silent stop, client's wait, p99 in ms\t190\t\t\t200\tmet\n"), text);
    assertTrue(text.contains("silent stop, missed after, p50 in ms\t160\t"), text);
    assertTrue(text.contains("death, client's wait, p99 in ms\t70\t\t\t50\tmissed\n"), text);
  }

  @Test
  void whatWasNotDoneIsNotReported() {
    assertFalse(tsv(List.of(QUIET), new Ends(), new Ends()).contains("death"));
  }

  @Test
  void theLastTimeThatABackupMissedItsPrimaryCounts() {
    assertEquals(
        Optional.of(Instant.parse("2026-01-01T00:00:03.250Z")),
        RoleLog.lastSealedAt(
            List.of(
                "2026-01-01T00:00:01.000Z INFO  EffectRunner role=BACKUP->SEALED epoch=3",
                "2026-01-01T00:00:03.250Z INFO  EffectRunner role=BACKUP->SEALED epoch=7",
                "2026-01-01T00:00:04.000Z INFO  EffectRunner role=SEALED->GOING_LIVE epoch=8")));
    assertEquals(Optional.empty(), RoleLog.lastSealedAt(List.of("no time")));
  }

  private static String tsv(List<Alarms> alarms, Ends stops, Ends deaths) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      new Report(alarms, stops, deaths).printTsv(out);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
