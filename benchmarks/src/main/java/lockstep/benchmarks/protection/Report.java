package lockstep.benchmarks.protection;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Prints protected beside alone, and beside what was published of VMware FT. */
final class Report {
  /** At least so much of the speed without protection. */
  private static final double BAR = 0.95;

  /** With so much of its cores in use, the host was what limited the pair. */
  private static final double BUSY = 0.9;

  private static final double[] PERCENTS = {50, 99};

  private final int hostCores;
  private final Map<Workload, Samples> guarded;
  private final Map<Workload, Samples> alone;

  /** Of the workloads that are keys of both maps. */
  Report(int hostCores, Map<Workload, Samples> guarded, Map<Workload, Samples> alone) {
    this.hostCores = hostCores;
    this.guarded = guarded;
    this.alone = alone;
  }

  void printTable(PrintStream out) {
    line(
        out,
        "%-34s %-8s %10s %10s %6s %9s  %-30s",
        "",
        "",
        "protected",
        "alone",
        "ratio",
        "log Mb/s",
        "VMware FT: ratio, log Mb/s");
    guarded.forEach(
        (workload, with) -> {
          Published paper = workload.published();
          line(
              out,
              "%-34s %-8s %10.2f %10.2f %6.2f %9.2f  %.2f, %.1f (%s)%s",
              workload.title(),
              workload.unit(),
              with.rate(),
              without(workload).rate(),
              ratio(workload),
              with.logMegabitsPerSecond(),
              paper.ratio(),
              paper.logMegabitsPerSecond(),
              paper.workload(),
              limit(workload));
        });
    out.println();
    printLatencies(out);
    out.println();
    printCores(out);
  }

  private void printLatencies(PrintStream out) {
    line(
        out,
        "%-34s %-8s %10s %10s %10s",
        "latency",
        "",
        "protected",
        "alone",
        "added (the Output Rule)");
    guarded.forEach(
        (workload, with) -> {
          for (double percent : PERCENTS) {
            if (with.latencyMillis(percent).isPresent()) {
              line(
                  out,
                  "%-34s %-8s %10.2f %10.2f %10.2f",
                  workload.title() + ", p" + (int) percent,
                  "ms",
                  with.latencyMillis(percent).getAsDouble(),
                  without(workload).latencyMillis(percent).orElse(0),
                  addedMillis(workload, percent));
            }
          }
        });
  }

  private void printCores(PrintStream out) {
    out.println("cores in use, of " + hostCores + ": protected | alone");
    guarded.forEach(
        (workload, with) ->
            line(out, "%-34s %s | %s", workload.title(), cores(with), cores(without(workload))));
  }

  /** A line for each value: name, ours, peer, ratio, bar, met or missed. */
  void printTsv(PrintStream out) {
    guarded.forEach(
        (workload, with) -> {
          double ratio = ratio(workload);
          row(
              out,
              "%s, %s\t%.2f\t%.2f\t%.2f\t%.2f\t%s",
              workload.title(),
              workload.unit(),
              with.rate(),
              without(workload).rate(),
              ratio,
              BAR,
              ratio >= BAR ? "met" : "missed" + limit(workload));
          row(
              out,
              "%s, log Mbit/s (peer: %s on VMware FT)\t%.2f\t%.1f\t%.2f\t\t",
              workload.title(),
              workload.published().workload(),
              with.logMegabitsPerSecond(),
              workload.published().logMegabitsPerSecond(),
              with.logMegabitsPerSecond() / workload.published().logMegabitsPerSecond());
          for (double percent : PERCENTS) {
            if (with.latencyMillis(percent).isPresent()) {
              row(
                  out,
                  "%s, p%d added by the Output Rule, ms\t%.2f\t\t\t\t",
                  workload.title(),
                  (int) percent,
                  addedMillis(workload, percent));
            }
          }
        });
  }

  private double ratio(Workload workload) {
    return guarded(workload).rate() / without(workload).rate();
  }

  private double addedMillis(Workload workload, double percent) {
    return guarded(workload).latencyMillis(percent).orElse(0)
        - without(workload).latencyMillis(percent).orElse(0);
  }

  private String limit(Workload workload) {
    boolean missed = ratio(workload) < BAR;
    return missed && guarded(workload).coresInAll() >= BUSY * hostCores
        ? " (every core was busy)"
        : "";
  }

  private Samples guarded(Workload workload) {
    return at(guarded, workload);
  }

  private Samples without(Workload workload) {
    return at(alone, workload);
  }

  private static Samples at(Map<Workload, Samples> samples, Workload workload) {
    Samples found = samples.get(workload);
    if (found == null) {
      throw new IllegalStateException(workload + " was not measured");
    }
    return found;
  }

  private static String cores(Samples samples) {
    StringJoiner text = new StringJoiner("  ");
    samples
        .cores()
        .forEach((name, used) -> text.add(String.format(Locale.ROOT, "%s %.2f", name, used)));
    return text.toString();
  }

  private static void row(PrintStream out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  /** Columns that are empty at a line's end take no room. */
  private static void line(PrintStream out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values).stripTrailing());
  }
}
