package lockstep.benchmarks.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class RowTest {
  private static final double NOT_MEASURED = Double.NaN;

  @Test
  void aTimeIsComparedTheOtherWayRoundThanARate() {
    Row time = new Row("boot", "s", 2, 2, 3, false, new Bar.TimesPeer(1.0));
    assertEquals("boot, s\t2.000\t3.000\t1.50\t1.0\tmet", time.asTsv());
    Row rate = new Row("SET", "/s", 200, 300, 200, true, new Bar.TimesPeer(2.0));
    assertEquals("SET, /s\t300.000\t200.000\t1.50\t2.0\tmissed", rate.asTsv());
  }

  @Test
  void withoutAPeerNothingIsMet() {
    Row row = new Row("boot", "s", 2, 2, NOT_MEASURED, false, new Bar.TimesPeer(1.0));
    assertEquals("boot, s\t2.000\t\t\t1.0\t", row.asTsv());
    assertTrue(row.toString().endsWith("1.0"), row.toString());
  }

  @Test
  void aBarInTheRowsUnitNeedsNoPeer() {
    Row row = new Row("TCP", "Mbit/s", 1, 501, NOT_MEASURED, true, new Bar.AtLeast(500));
    assertEquals("TCP, Mbit/s\t501.000\t\t\t500\tmet", row.asTsv());
  }

  @Test
  void whatIsOnlyReportedHasNoVerdict() {
    Row row = new Row("cores", "cores", 1, 1, 2, false, new Bar.Unset());
    assertEquals("cores, cores\t1.000\t2.000\t2.00\t\t", row.asTsv());
  }
}
