package lockstep.benchmarks.protection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BiConsumer;
import lockstep.benchmarks.cluster.Latencies;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private static final int CORES = 2;

  @Test
  void aRatioIsHeldAgainstTheBar() {
    assertEquals(
        """
        Lua loop in Redis, M/s\t9.60\t10.00\t0.96\t0.95\tmet
        Lua loop in Redis, M/s (peer: the same guest beside a twin)\t9.60\t9.80\t0.98\t0.95\tmet
        Lua loop in Redis, log Mbit/s (peer: SPECJbb2005 on VMware FT)\t0.30\t1.5\t0.20\t\t
        """,
        print(
            Workload.COMPUTE,
            round(9.6, 0.3, 1.2),
            round(10, 0, 1.1),
            round(9.8, 0, 1.1),
            Report::printTsv));
  }

  @Test
  void whereEveryCoreWasBusyAMissedBarSaysSo() {
    String idle = print(round(5, 0, 1), round(10, 0, 1));
    assertTrue(idle.startsWith("Lua loop in Redis, M/s\t5.00\t10.00\t0.50\t0.95\tmissed\n"), idle);
    String busy = print(round(5, 0, 1.9), round(10, 0, 1));
    assertTrue(busy.contains("\tmissed (every core was busy)\n"), busy);
  }

  @Test
  void addedLatencyIsProtectedMinusAlone() {
    String text =
        print(
            Workload.REDIS_ONE,
            round(1, 2, 1, 5_000_000, 9_000_000),
            round(2, 0, 1, 4_500_000, 6_000_000),
            round(1, 0, 1, 9_500_000, 9_600_000),
            Report::printTsv);
    assertTrue(text.contains("p50 added by the Output Rule, ms\t0.50\t"), text);
    assertTrue(text.contains("p99 added by the Output Rule, ms\t3.00\t"), text);
  }

  @Test
  void theTableHasThePublishedFiguresBesideOurs() {
    String table =
        print(
            Workload.RECEIVE,
            round(50, 60, 1.5),
            round(100, 0, 1),
            round(62.5, 0, 0.5),
            Report::printTable);
    assertTrue(
        table.contains(
            "50.00     100.00   0.50      62.50   0.80     60.00  0.64, 730.0 (iperf receive)"),
        table);
    assertTrue(table.contains("cores in use, of 2: protected | alone | beside a twin"), table);
    assertTrue(table.contains("primary 1.50 | primary 1.00 | primary 0.50"), table);
  }

  private static Samples.Round round(double rate, double log, double cores, long... latencies) {
    Latencies all = new Latencies();
    for (long nanos : latencies) {
      all.add(nanos);
    }
    return new Samples.Round(new Workload.Outcome(rate, all), log, Map.of("primary", cores));
  }

  private static String print(Samples.Round guarded, Samples.Round alone) {
    return print(Workload.COMPUTE, guarded, alone, alone, Report::printTsv);
  }

  private static String print(
      Workload workload,
      Samples.Round guarded,
      Samples.Round alone,
      Samples.Round besideTwin,
      BiConsumer<Report, PrintStream> printer) {
    Measurements measured = new Measurements();
    measured.add(Setting.PROTECTED, workload, guarded);
    measured.add(Setting.ALONE, workload, alone);
    measured.add(Setting.TWIN, workload, besideTwin);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      printer.accept(new Report(CORES, measured), out);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
