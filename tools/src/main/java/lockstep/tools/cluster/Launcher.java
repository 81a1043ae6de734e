package lockstep.tools.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The {@code ./lockstep} script, through which every server is started with its JVM flags. */
public final class Launcher {
  private Launcher() {}

  /**
   * The script that started this process.
   *
   * @throws IOException if this process was not started by it
   */
  public static Path path() throws IOException {
    String home = System.getenv("LOCKSTEP_HOME");
    if (home == null) {
      home = System.getProperty("lockstep.home");
    }
    if (home == null) {
      throw new IOException("LOCKSTEP_HOME is not set: start this through ./lockstep");
    }
    Path script = Path.of(home, "lockstep");
    if (!Files.isExecutable(script)) {
      throw new IOException("no launcher at " + script);
    }
    return script;
  }
}
