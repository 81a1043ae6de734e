package lockstep.benchmarks.detection;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import lockstep.benchmarks.cluster.Latencies;

/** Prints false alarms, and how soon what has really ended was missed. */
final class Report {
  /** Of what a client may wait, in milliseconds: 99 of 100 no longer. */
  private static final double STOP_WAIT_MILLIS_BAR = 200;

  private static final double DEATH_WAIT_MILLIS_BAR = 50;

  private final List<Alarms> alarms;
  private final Ends stops;
  private final Ends deaths;

  Report(List<Alarms> alarms, Ends stops, Ends deaths) {
    this.alarms = alarms;
    this.stops = stops;
    this.deaths = deaths;
  }

  void printTable(PrintStream out) {
    line(
        out,
        "%-28s %8s %6s %11s %10s %15s",
        "false alarms",
        "minutes",
        "alarms",
        "per minute",
        "switches",
        "limit ms, most");
    for (Alarms one : alarms) {
      line(
          out,
          "%-28s %8.1f %6d %11.2f %10d %15.0f",
          one.starvation().title(),
          one.minutes(),
          one.alarms(),
          one.perMinute(),
          one.switches(),
          one.limitMillis());
    }
    out.println();
    line(
        out,
        "%-28s %5s  %26s  %26s",
        "the primary's end",
        "times",
        "missed after ms p50/p99/max",
        "client waits ms p50/p99/max");
    print(out, "silent stop (SIGSTOP)", stops);
    print(out, "death (SIGKILL)", deaths);
  }

  private static void print(PrintStream out, String title, Ends ends) {
    line(
        out,
        "%-28s %5d  %26s  %26s",
        title,
        ends.count(),
        percentiles(ends.detected()),
        percentiles(ends.waits()));
  }

  private static String percentiles(Latencies of) {
    return String.format(
        Locale.ROOT,
        "%.0f / %.0f / %.0f",
        Ends.millis(of, 50),
        Ends.millis(of, 99),
        Ends.millis(of, 100));
  }

  /** A line for each value: name, ours, peer, ratio, bar, met or missed. */
  void printTsv(PrintStream out) {
    for (Alarms one : alarms) {
      line(
          out,
          "false alarms a minute, %s\t%.2f\t\t\t0\t%s",
          one.starvation().title(),
          one.perMinute(),
          one.alarms() == 0 ? "met" : "missed");
    }
    printTsv(out, "silent stop", stops, STOP_WAIT_MILLIS_BAR);
    printTsv(out, "death", deaths, DEATH_WAIT_MILLIS_BAR);
  }

  private static void printTsv(PrintStream out, String title, Ends ends, double bar) {
    if (ends.count() == 0) {
      return;
    }
    line(out, "%s, missed after, p50 in ms\t%.0f\t\t\t\t", title, Ends.millis(ends.detected(), 50));
    line(out, "%s, missed after, p99 in ms\t%.0f\t\t\t\t", title, Ends.millis(ends.detected(), 99));
    line(out, "%s, client's wait, p50 in ms\t%.0f\t\t\t\t", title, Ends.millis(ends.waits(), 50));
    double wait = Ends.millis(ends.waits(), 99);
    line(
        out,
        "%s, client's wait, p99 in ms\t%.0f\t\t\t%.0f\t%s",
        title,
        wait,
        bar,
        wait <= bar ? "met" : "missed");
  }

  private static void line(PrintStream out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
