package lockstep.benchmarks.guest;

import java.util.Locale;

/** What a row has to reach. */
sealed interface Bar {
  /** So many times as fast as QEMU, at the least. */
  record TimesPeer(double least) implements Bar {}

  /** So much in the row's unit, at the least, whatever QEMU does. */
  record AtLeast(double least) implements Bar {}

  /** Nothing: it is only reported. */
  record Unset() implements Bar {}

  /** As a column, which is empty if there is no bar. */
  default String text() {
    return switch (this) {
      case TimesPeer(double least) -> String.format(Locale.ROOT, "%.1f", least);
      case AtLeast(double least) -> String.format(Locale.ROOT, "%.0f", least);
      case Unset _ -> "";
    };
  }

  /** "met", "missed", or nothing if that can't be said. */
  default String verdict(double ours, double ratio) {
    return switch (this) {
      case TimesPeer(double least) -> Double.isNaN(ratio) ? "" : said(ratio >= least);
      case AtLeast(double least) -> said(ours >= least);
      case Unset _ -> "";
    };
  }

  private static String said(boolean met) {
    return met ? "met" : "missed";
  }
}
