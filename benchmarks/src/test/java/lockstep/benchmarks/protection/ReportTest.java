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
        Lua loop in Redis, log Mbit/s (peer: SPECJbb2005 on VMware FT)\t0.30\t1.5\t0.20\t\t
        """,
        print(Workload.COMPUTE, samples(9.6, 0.3, 1.2), samples(10, 0, 1.1), Report::printTsv));
  }

  @Test
  void whereEveryCoreWasBusyAMissedBarSaysSo() {
    String idle = print(Workload.COMPUTE, samples(5, 0, 1), samples(10, 0, 1), Report::printTsv);
    assertTrue(idle.startsWith("Lua loop in Redis, M/s\t5.00\t10.00\t0.50\t0.95\tmissed\n"), idle);
    String busy = print(Workload.COMPUTE, samples(5, 0, 1.9), samples(10, 0, 1), Report::printTsv);
    assertTrue(busy.contains("\tmissed (every core was busy)\n"), busy);
  }

  @Test
  void addedLatencyIsProtectedMinusAlone() {
    String text =
        print(
            Workload.REDIS_ONE,
            samples(1, 2, 1, 5_000_000, 9_000_000),
            samples(2, 0, 1, 4_500_000, 6_000_000),
            Report::printTsv);
    assertTrue(text.contains("p50 added by the Output Rule, ms\t0.50\t"), text);
    assertTrue(text.contains("p99 added by the Output Rule, ms\t3.00\t"), text);
  }

  @Test
  void theTableHasThePublishedFiguresBesideOurs() {
    String table =
        print(Workload.RECEIVE, samples(50, 60, 1.5), samples(100, 0, 1), Report::printTable);
    assertTrue(
        table.contains("50.00     100.00   0.50     60.00  0.64, 730.0 (iperf receive)"), table);
    assertTrue(table.contains("cores in use, of 2: protected | alone"), table);
    assertTrue(table.contains("primary 1.50 | primary 1.00"), table);
  }

  private static Samples samples(double rate, double log, double cores, long... latencies) {
    Latencies all = new Latencies();
    for (long nanos : latencies) {
      all.add(nanos);
    }
    Samples samples = new Samples();
    samples.add(new Workload.Outcome(rate, all), log, Map.of("primary", cores));
    return samples;
  }

  private static String print(
      Workload workload, Samples with, Samples without, BiConsumer<Report, PrintStream> printer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      printer.accept(new Report(CORES, Map.of(workload, with), Map.of(workload, without)), out);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
