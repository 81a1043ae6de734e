package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FalseAlarmsTest {
  private static final Instant ENDED = Instant.parse("2026-01-02T03:04:05.500Z");
  private static final String SILENT =
      "2026-01-02T03:04:05.000Z INFO  EffectRunner role=BACKUP->SEALED epoch=4 lsn=5023"
          + " position=263400247 why=\"the primary is silent for 162 ms\" ";

  private static String late(String at, int millis) {
    return at
        + " INFO  Lateness late thread=vmm-io millis=%d of-the-last-millis=312 on-cpu=6"
            .formatted(millis);
  }

  @Test
  void aReplicaThatWasLateWhenTheOtherFoundItSilentExplainsIt() {
    assertTrue(FalseAlarms.explain(ENDED, List.of(SILENT, late("2026-01-02T03:04:05.050Z", 261))));
    assertTrue(FalseAlarms.explain(ENDED, List.of(late("2026-01-02T03:04:02.500Z", 81), SILENT)));
  }

  @Test
  void aSilenceOfWhoWasNotLateIsNoFalseAlarm() {
    assertFalse(FalseAlarms.explain(ENDED, List.of(SILENT)));
    assertFalse(FalseAlarms.explain(ENDED, List.of(SILENT, late("2026-01-02T03:04:05.050Z", 80))));
    assertFalse(FalseAlarms.explain(ENDED, List.of(SILENT, late("2026-01-02T03:04:01.900Z", 900))));
  }

  @Test
  void latenessThatNobodyHasTakenForAnEndExplainsNothing() {
    assertFalse(FalseAlarms.explain(ENDED, List.of(late("2026-01-02T03:04:05.050Z", 900))));
    String closed = SILENT.replace("the primary is silent for 162 ms", "the channel was closed");
    assertFalse(FalseAlarms.explain(ENDED, List.of(closed, late("2026-01-02T03:04:05.050Z", 900))));
  }

  @Test
  void aSilenceOfAnotherTimeExplainsNothing() {
    List<String> lines = List.of(SILENT, late("2026-01-02T03:04:05.050Z", 261));
    assertFalse(FalseAlarms.explain(ENDED.plusSeconds(6), lines));
    assertFalse(FalseAlarms.explain(ENDED.minusSeconds(1), lines));
  }

  @Test
  void aCandidateDoesNotSayForHowLongItHasWaited() {
    String silent =
        SILENT.replace("the primary is silent for 162 ms", "the live replica is silent");
    assertTrue(FalseAlarms.explain(ENDED, List.of(silent, late("2026-01-02T03:04:05.050Z", 100))));
  }

  @Test
  void onlyLinesThatMatterAreKept() {
    assertTrue(FalseAlarms.matters(SILENT));
    assertTrue(FalseAlarms.matters(late("2026-01-02T03:04:05.050Z", 100)));
    assertFalse(FalseAlarms.matters("2026-01-02T03:04:05.050Z INFO  Vmm vmm=storm"));
  }
}
