package lockstep.tools.image;

import java.io.PrintStream;

/** A line when a step begins; for logs and pipes. */
final class LineProgress implements Progress {
  private final PrintStream out;

  LineProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public Step step(String title, long totalBytes) {
    out.println(totalBytes > 0 ? "%s (%d KiB)".formatted(title, totalBytes >> 10) : title);
    return new Step() {
      @Override
      public void advanceTo(long bytes) {}

      @Override
      public void close() {}
    };
  }
}
