package lockstep.benchmarks.guest;

import java.util.Locale;

/**
 * A line of the result.
 *
 * @param first our first measurement, with what has to be compiled yet
 * @param ours our best
 * @param peer QEMU's best; NaN without QEMU
 * @param moreIsBetter whether the values are rates, not times
 */
record Row(
    String name,
    String unit,
    double first,
    double ours,
    double peer,
    boolean moreIsBetter,
    Bar bar) {

  static final String HEAD =
      "%-36s %-7s %10s %10s %10s %7s %6s"
          .formatted("", "", "ours first", "ours best", "qemu best", "ratio", "bar");

  /** How many times as fast as QEMU. */
  double ratio() {
    return moreIsBetter ? ours / peer : peer / ours;
  }

  private String verdict() {
    return bar.verdict(ours, ratio());
  }

  String asTsv() {
    return String.join(
        "\t",
        name + ", " + unit,
        number("%.3f", ours),
        number("%.3f", peer),
        number("%.2f", ratio()),
        bar.text(),
        verdict());
  }

  @Override
  public String toString() {
    return String.format(
            Locale.ROOT,
            "%-36s %-7s %10s %10s %10s %7s %6s %s",
            name,
            unit,
            number("%.3f", first),
            number("%.3f", ours),
            number("%.3f", peer),
            number("%.2f", ratio()),
            bar.text(),
            verdict())
        .stripTrailing();
  }

  /** Nothing for what was not measured. */
  private static String number(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }
}
