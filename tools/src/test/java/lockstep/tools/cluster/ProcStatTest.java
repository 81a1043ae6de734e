package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProcStatTest {
  private static final String NUMBERS = " 1 4242 4242 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 30 0 ";

  @Test
  void theStartIsFoundBehindANameWithBlanksAndParentheses() {
    assertEquals(
        Optional.of(new ProcStat('S', 987_654)),
        ProcStat.parse("4242 (my (odd) S 1 name) S" + NUMBERS + "987654 1000 200\n"));
  }

  @Test
  void aStoppedProcessIsToldFromASleepingOne() {
    assertTrue(ProcStat.parse("1 (java) T" + NUMBERS + "5 0").orElseThrow().isStopped());
    assertFalse(ProcStat.parse("1 (java) S" + NUMBERS + "5 0").orElseThrow().isStopped());
  }

  @Test
  void whatIsNoSuchFileTellsNothing() {
    assertEquals(Optional.empty(), ProcStat.parse(""));
    assertEquals(Optional.empty(), ProcStat.parse("1 (java) S 1 2 3"));
    assertEquals(Optional.empty(), ProcStat.parse("1 (java) S" + NUMBERS + "soon 0"));
  }
}
