package lockstep.benchmarks.switching;

import java.io.PrintStream;
import java.util.Locale;
import lockstep.benchmarks.cluster.Latencies;

/**
 * Switches of roles.
 *
 * @param pauses for how long the guest stood still at each, by the VMM that handed over
 * @param waits the longest that a client waited at each; none without clients
 */
record Switches(int clients, Latencies pauses, Latencies waits) {
  /** The longest that the guest may stand still. */
  private static final double PAUSE_MILLIS_BAR = 20;

  Switches(int clients) {
    this(clients, new Latencies(), new Latencies());
  }

  void printTable(PrintStream out) {
    line(out, "%-38s %6s %8s %8s %8s", "", "times", "p50 ms", "p99 ms", "most ms");
    print(out, "the guest stood still", pauses);
    if (waits.count() > 0) {
      print(out, "the longest wait of %d clients".formatted(clients), waits);
    }
  }

  private static void print(PrintStream out, String title, Latencies of) {
    line(
        out,
        "%-38s %6d %8.1f %8.1f %8.1f",
        title,
        of.count(),
        millis(of, 50),
        millis(of, 99),
        millis(of, 100));
  }

  /** A line for each value: name, ours, peer, ratio, bar, met or missed. */
  void printTsv(PrintStream out) {
    String name = "switch under load of %d clients".formatted(clients);
    double most = millis(pauses, 100);
    line(out, "%s, pause p50 in ms\t%.1f\t\t\t\t", name, millis(pauses, 50));
    line(out, "%s, pause p99 in ms\t%.1f\t\t\t\t", name, millis(pauses, 99));
    line(
        out,
        "%s, longest pause in ms\t%.1f\t\t\t%.0f\t%s",
        name,
        most,
        PAUSE_MILLIS_BAR,
        most <= PAUSE_MILLIS_BAR ? "met" : "missed");
    if (waits.count() > 0) {
      line(out, "%s, client's wait p50 in ms\t%.1f\t\t\t\t", name, millis(waits, 50));
      line(out, "%s, client's wait p99 in ms\t%.1f\t\t\t\t", name, millis(waits, 99));
      line(out, "%s, client's longest wait in ms\t%.1f\t\t\t\t", name, millis(waits, 100));
    }
  }

  private static double millis(Latencies of, double percent) {
    return of.percentileNanos(percent) / 1e6;
  }

  private static void line(PrintStream out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
