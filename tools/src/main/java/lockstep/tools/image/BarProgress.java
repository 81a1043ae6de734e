package lockstep.tools.image;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on the terminal. */
final class BarProgress implements Progress {
  private static final int UPDATE_MILLIS = 200;
  private static final long BYTES_A_UNIT = 1 << 20;

  @Override
  public Step step(String title, long totalBytes) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(title)
            .setInitialMax(totalBytes > 0 ? totalBytes : -1)
            .setUnit(" MiB", BYTES_A_UNIT)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            .build();
    return new Step() {
      @Override
      public void advanceTo(long bytes) {
        bar.stepTo(bytes);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }
}
