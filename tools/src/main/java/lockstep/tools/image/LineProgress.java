package lockstep.tools.image;

import java.io.PrintStream;

/** A line when a step begins; for logs and pipes. */
final class LineProgress implements Progress {
  private final PrintStream out;

  LineProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public Step step(String title, long total, Unit unit) {
    out.println(total > 0 ? "%s (%s)".formatted(title, amount(total, unit)) : title);
    return new Step() {
      @Override
      public void advanceTo(long done) {}

      @Override
      public void close() {}
    };
  }

  private static String amount(long total, Unit unit) {
    return switch (unit) {
      case NOTHING -> "";
      case BYTES -> "%d KiB".formatted(total >> 10);
      case STEPS -> "%,d steps".formatted(total);
    };
  }
}
