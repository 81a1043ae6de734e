package lockstep.benchmarks.machine;

import java.util.Locale;

/**
 * A value and what it has to be.
 *
 * @param ours what was measured
 * @param peer the same of QEMU, or NaN
 * @param ratio what counts; NaN if it could not be measured
 * @param moreIsBetter whether {@code bar} is the least, not the most
 */
record Verdict(
    String name, double ours, double peer, double ratio, double bar, boolean moreIsBetter) {

  /** Of a kernel against a peer, in seconds. */
  static Verdict ofTimes(String name, double ours, double peer, double bar) {
    return new Verdict(name, ours, peer, peer / ours, bar, true);
  }

  /** Of a value by itself. */
  static Verdict of(String name, double value, double bar, boolean moreIsBetter) {
    return new Verdict(name, value, Double.NaN, value, bar, moreIsBetter);
  }

  private String word() {
    if (Double.isNaN(ratio)) {
      return "";
    }
    return (moreIsBetter ? ratio >= bar : ratio <= bar) ? "met" : "missed";
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }

  /** Name, ours, peer, ratio, bar and verdict. */
  String asTsv() {
    return String.join(
        "\t",
        name,
        number("%.3f", ours),
        number("%.3f", peer),
        Double.isNaN(peer) ? "" : number("%.2f", ratio),
        number("%.1f", bar),
        word());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-40s %9s, at %s %.1f: %s",
        name,
        number("%.2f", ratio),
        moreIsBetter ? "least" : "most",
        bar,
        word());
  }
}
