package lockstep.benchmarks.protection;

import java.io.PrintStream;
import java.util.Locale;
import java.util.StringJoiner;

/** Prints protected beside alone and beside a twin, and beside what was published of VMware FT. */
final class Report {
  /** At least so much of the speed without protection. */
  private static final double BAR = 0.95;

  /** With so much of its cores in use, the host was what limited the pair. */
  private static final double BUSY = 0.9;

  private static final double[] PERCENTS = {50, 99};

  private final int hostCores;
  private final Measurements measured;

  Report(int hostCores, Measurements measured) {
    this.hostCores = hostCores;
    this.measured = measured;
  }

  void printTable(PrintStream out) {
    line(
        out,
        "%-34s %-8s %10s %10s %6s %10s %6s %9s  %s",
        "",
        "",
        "protected",
        "alone",
        "ratio",
        "with twin",
        "ratio",
        "log Mb/s",
        "VMware FT: ratio, log Mb/s");
    for (Workload workload : measured.workloads()) {
      Samples with = measured.of(Setting.PROTECTED, workload);
      Published paper = workload.published();
      line(
          out,
          "%-34s %-8s %10.2f %10.2f %6.2f %10.2f %6.2f %9.2f  %.2f, %.1f (%s)%s",
          workload.title(),
          workload.unit(),
          with.rate(),
          measured.of(Setting.ALONE, workload).rate(),
          ratio(workload, Setting.ALONE),
          measured.of(Setting.TWIN, workload).rate(),
          ratio(workload, Setting.TWIN),
          with.logMegabitsPerSecond(),
          paper.ratio(),
          paper.logMegabitsPerSecond(),
          paper.workload(),
          limit(workload));
    }
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
    for (Workload workload : measured.workloads()) {
      for (double percent : PERCENTS) {
        if (hasLatencies(workload)) {
          line(
              out,
              "%-34s %-8s %10.2f %10.2f %10.2f",
              workload.title() + ", p" + (int) percent,
              "ms",
              millis(Setting.PROTECTED, workload, percent),
              millis(Setting.ALONE, workload, percent),
              addedMillis(workload, percent));
        }
      }
    }
  }

  private void printCores(PrintStream out) {
    out.println("cores in use, of " + hostCores + ": protected | alone | beside a twin");
    for (Workload workload : measured.workloads()) {
      line(
          out,
          "%-34s %s | %s | %s",
          workload.title(),
          cores(Setting.PROTECTED, workload),
          cores(Setting.ALONE, workload),
          cores(Setting.TWIN, workload));
    }
  }

  /** A line for each value: name, ours, peer, ratio, bar, met or missed. */
  void printTsv(PrintStream out) {
    for (Workload workload : measured.workloads()) {
      printRatio(out, workload, Setting.ALONE, "");
      printRatio(out, workload, Setting.TWIN, " (peer: the same guest beside a twin)");
      Samples with = measured.of(Setting.PROTECTED, workload);
      row(
          out,
          "%s, log Mbit/s (peer: %s on VMware FT)\t%.2f\t%.1f\t%.2f\t\t",
          workload.title(),
          workload.published().workload(),
          with.logMegabitsPerSecond(),
          workload.published().logMegabitsPerSecond(),
          with.logMegabitsPerSecond() / workload.published().logMegabitsPerSecond());
      for (double percent : PERCENTS) {
        if (hasLatencies(workload)) {
          row(
              out,
              "%s, p%d added by the Output Rule, ms\t%.2f\t\t\t\t",
              workload.title(),
              (int) percent,
              addedMillis(workload, percent));
        }
      }
    }
  }

  private void printRatio(PrintStream out, Workload workload, Setting peer, String remark) {
    double ratio = ratio(workload, peer);
    row(
        out,
        "%s, %s%s\t%.2f\t%.2f\t%.2f\t%.2f\t%s",
        workload.title(),
        workload.unit(),
        remark,
        measured.of(Setting.PROTECTED, workload).rate(),
        measured.of(peer, workload).rate(),
        ratio,
        BAR,
        ratio >= BAR ? "met" : "missed" + limit(workload));
  }

  private double ratio(Workload workload, Setting peer) {
    return measured.of(Setting.PROTECTED, workload).rate() / measured.of(peer, workload).rate();
  }

  private boolean hasLatencies(Workload workload) {
    return measured.of(Setting.PROTECTED, workload).latencyMillis(PERCENTS[0]).isPresent();
  }

  private double millis(Setting setting, Workload workload, double percent) {
    return measured.of(setting, workload).latencyMillis(percent).orElse(0);
  }

  private double addedMillis(Workload workload, double percent) {
    return millis(Setting.PROTECTED, workload, percent) - millis(Setting.ALONE, workload, percent);
  }

  private String limit(Workload workload) {
    boolean missed = ratio(workload, Setting.ALONE) < BAR;
    boolean busy = measured.of(Setting.PROTECTED, workload).coresInAll() >= BUSY * hostCores;
    return missed && busy ? " (every core was busy)" : "";
  }

  private String cores(Setting setting, Workload workload) {
    StringJoiner text = new StringJoiner("  ");
    measured
        .of(setting, workload)
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
