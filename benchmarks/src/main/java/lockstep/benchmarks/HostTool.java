package lockstep.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/** Programs of the host that a benchmark needs. */
public final class HostTool {
  private HostTool() {}

  /** Whether {@code command} is there and tells its version. */
  public static boolean isInstalled(String command) throws InterruptedException {
    try {
      return new ProcessBuilder(command, "--version")
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException absent) {
      return false;
    }
  }
}
