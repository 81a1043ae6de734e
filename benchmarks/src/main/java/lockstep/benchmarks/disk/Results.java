package lockstep.benchmarks.disk;

import java.io.PrintStream;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Values by row and target, and each one's ratio to nbdkit's. */
final class Results {
  private static final Target.Kind REFERENCE = Target.Kind.NBDKIT;

  /**
   * @param smallerIsBetter a latency, say: the ratio is turned round, so that above 1 is better
   */
  private record Row(String unit, boolean smallerIsBetter, Map<Target.Kind, Double> values) {}

  private final Map<String, Row> rows = new LinkedHashMap<>();

  void add(String title, String unit, boolean smallerIsBetter, Target.Kind target, double value) {
    rows.computeIfAbsent(
            title, _ -> new Row(unit, smallerIsBetter, new EnumMap<>(Target.Kind.class)))
        .values()
        .put(target, value);
  }

  void printTable(PrintStream out) {
    out.printf("%-34s %-5s", "", "");
    for (Target.Kind kind : Target.Kind.values()) {
      out.printf(" %18s", kind.title());
    }
    out.println();
    rows.forEach(
        (title, row) -> {
          out.printf("%-34s %-5s", title, row.unit());
          for (Target.Kind kind : Target.Kind.values()) {
            Double value = row.values().get(kind);
            out.printf(" %18s", value == null ? "" : number(value) + ratio(row, kind));
          }
          out.println();
        });
    out.println("in brackets: ratio to nbdkit's; above 1 is better");
  }

  /** A line for each value: row, unit, target, value, ratio. */
  void printTsv(PrintStream out) {
    rows.forEach(
        (title, row) ->
            row.values()
                .forEach(
                    (kind, value) ->
                        out.printf(
                            Locale.ROOT,
                            "%s\t%s\t%s\t%.2f\t%s%n",
                            title,
                            row.unit(),
                            kind.title(),
                            value,
                            ratio(row, kind).replaceAll("[ ()]", ""))));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
  }

  private static String ratio(Row row, Target.Kind kind) {
    Double value = row.values().get(kind);
    Double reference = row.values().get(REFERENCE);
    if (value == null || reference == null || kind == REFERENCE || value * reference == 0) {
      return "";
    }
    double ratio = row.smallerIsBetter() ? reference / value : value / reference;
    return String.format(Locale.ROOT, " (%.2f)", ratio);
  }
}
