package lockstep.benchmarks.switching;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SwitchesTest {
  @Test
  void theLongestPauseIsHeldAgainstTheBar() {
    Switches switches = new Switches(4);
    switches.pauses().add(9_000_000);
    switches.waits().add(15_000_000);
    assertTrue(
        tsv(switches)
            .contains("switch under load of 4 clients, longest pause in ms\t9.0\t\t\t20\tmet\n"));
    switches.pauses().add(21_000_000);
    assertTrue(
        tsv(switches)
            .contains(
                "switch under load of 4 clients, longest pause in ms\t21.0\t\t\t20\tmissed\n"));
    assertTrue(tsv(switches).contains("client's longest wait in ms\t15.0\t"));
  }

  @Test
  void withoutClientsNobodyWaits() {
    Switches switches = new Switches(0);
    switches.pauses().add(9_000_000);
    assertFalse(tsv(switches).contains("wait"));
  }

  private static String tsv(Switches switches) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      switches.printTsv(out);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
