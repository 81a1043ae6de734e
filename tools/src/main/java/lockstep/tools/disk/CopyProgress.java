package lockstep.tools.disk;

import java.io.Console;
import java.time.temporal.ChronoUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * How far a copy is, with its rate and the time that is left: a bar where the user looks at a
 * terminal, nothing otherwise.
 */
final class CopyProgress implements AutoCloseable {
  private static final int UPDATE_MILLIS = 200;
  private static final long BYTES_A_UNIT = 1 << 20;

  private final @Nullable ProgressBar bar;

  CopyProgress(String title, long totalBytes) {
    Console console = System.console();
    boolean shown = console != null && console.isTerminal();
    bar =
        shown
            ? new ProgressBarBuilder()
                .setTaskName(title)
                .setInitialMax(totalBytes)
                .setUnit(" MiB", BYTES_A_UNIT)
                .setSpeedUnit(ChronoUnit.SECONDS)
                .showSpeed()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .build()
            : null;
  }

  void advanceTo(long bytes) {
    if (bar != null) {
      bar.stepTo(bytes);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
