package lockstep.tools.image;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on the terminal. */
final class BarProgress implements Progress {
  private static final int UPDATE_MILLIS = 200;
  private static final long BYTES_A_MEBIBYTE = 1 << 20;
  private static final long STEPS_A_MILLION = 1_000_000;

  @Override
  public Step step(String title, long total, Unit unit) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(title)
            .setInitialMax(total > 0 ? total : -1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS);
    ProgressBar bar =
        switch (unit) {
          case NOTHING -> builder.build();
          case BYTES -> builder.setUnit(" MiB", BYTES_A_MEBIBYTE).build();
          case STEPS -> builder.setUnit(" M steps", STEPS_A_MILLION).build();
        };
    return new Step() {
      @Override
      public void advanceTo(long done) {
        bar.stepTo(done);
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }
}
