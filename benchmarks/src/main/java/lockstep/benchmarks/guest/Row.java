package lockstep.benchmarks.guest;

import java.util.Locale;

/**
 * A line of the result.
 *
 * @param first our first measurement, with what has to be compiled yet
 * @param ours our best
 * @param peer QEMU's best; NaN without QEMU
 * @param moreIsBetter whether the values are rates, not times
 * @param bar the least ratio
 */
record Row(
    String name,
    String unit,
    double first,
    double ours,
    double peer,
    boolean moreIsBetter,
    double bar) {

  static final String HEAD =
      "%-32s %-8s %10s %10s %10s %7s %6s"
          .formatted("", "", "ours first", "ours best", "qemu best", "ratio", "bar");

  /** How many times as fast as QEMU. */
  double ratio() {
    return moreIsBetter ? ours / peer : peer / ours;
  }

  private String verdict() {
    return Double.isNaN(peer) ? "" : ratio() >= bar ? "met" : "missed";
  }

  String asTsv() {
    return String.format(
        Locale.ROOT,
        "%s, %s\t%.3f\t%.3f\t%.2f\t%.1f\t%s",
        name,
        unit,
        ours,
        peer,
        ratio(),
        bar,
        verdict());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-32s %-8s %10.3f %10.3f %10.3f %7.2f %6.1f %s",
        name,
        unit,
        first,
        ours,
        peer,
        ratio(),
        bar,
        verdict());
  }
}
