package lockstep.benchmarks.exchange;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ExchangesTest {
  @Test
  void theLongestPauseIsHeldAgainstTheBar() {
    Exchanges exchanges = new Exchanges(4);
    exchanges.pauses().add(9_000_000);
    exchanges.waits().add(15_000_000);
    assertTrue(
        tsv(exchanges)
            .contains("switch under load of 4 clients, longest pause in ms\t9.0\t\t\t20\tmet\n"));
    exchanges.pauses().add(21_000_000);
    assertTrue(
        tsv(exchanges)
            .contains(
                "switch under load of 4 clients, longest pause in ms\t21.0\t\t\t20\tmissed\n"));
    assertTrue(tsv(exchanges).contains("client's longest wait in ms\t15.0\t"));
  }

  @Test
  void withoutClientsNobodyWaits() {
    Exchanges exchanges = new Exchanges(0);
    exchanges.pauses().add(9_000_000);
    assertFalse(tsv(exchanges).contains("wait"));
  }

  private static String tsv(Exchanges exchanges) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      exchanges.printTsv(out);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
