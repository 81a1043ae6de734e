package lockstep.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Programs of this host that a test runs. */
final class HostTool {
  private static final long MINUTES_MAX = 10;

  private HostTool() {}

  static boolean isInstalled(String tool) {
    for (String path : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(path, tool))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Runs a program that must end well; what it printed.
   *
   * @param directory where it runs, and may leave files
   */
  static String run(Path directory, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(MINUTES_MAX, TimeUnit.MINUTES), String.join(" ", command));
    assertEquals(0, process.exitValue(), String.join(" ", command) + "\n" + out);
    return out;
  }
}
