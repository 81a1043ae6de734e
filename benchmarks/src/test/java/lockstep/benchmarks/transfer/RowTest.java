package lockstep.benchmarks.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RowTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void theLongestPauseIsHeldAgainstTheBar() {
    Row row = new Row(256, 96, Load.REDIS);
    row.transfers().add(new Row.Transfer(3, 100 << 20, SECOND, 8_000_000, 20_000_000));
    assertTrue(
        tsv(row)
            .startsWith("transfer of 256 MB, Redis SET, longest pause in ms\t8.0\t\t\t50\tmet\n"));
    row.transfers().add(new Row.Transfer(5, 300 << 20, 3 * SECOND, 51_000_000, 90_000_000));
    assertTrue(
        tsv(row)
            .startsWith(
                "transfer of 256 MB, Redis SET, longest pause in ms\t51.0\t\t\t50\tmissed\n"));
    assertEquals(8, row.pauseMillis(50));
  }

  @Test
  void theRestAreMeans() {
    Row row = new Row(128, 48, Load.IDLE);
    row.transfers().add(new Row.Transfer(2, 100 << 20, SECOND, 0, 0));
    row.transfers().add(new Row.Transfer(3, 200 << 20, 2 * SECOND, 0, 0));
    String text = tsv(row);
    assertTrue(text.contains("transfer of 128 MB, idle, rounds\t2.5\t"), text);
    assertTrue(text.contains("transfer of 128 MB, idle, MB sent\t150.0\t"), text);
    assertTrue(text.contains("transfer of 128 MB, idle, seconds\t1.50\t"), text);
  }

  private static String tsv(Row row) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      row.printTsv(out);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
