package lockstep.benchmarks.detection;

import java.io.IOException;
import java.io.Writer;

/** Sends signals through one shell, so that none waits for a process to be started. */
final class Signals implements AutoCloseable {
  private final Process shell;
  private final Writer commands;

  private Signals(Process shell) {
    this.shell = shell;
    this.commands = shell.outputWriter();
  }

  static Signals open() throws IOException {
    return new Signals(
        new ProcessBuilder("sh")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Sends a signal by name; to nobody if there is no such process any more. */
  void send(String signal, long pid) throws IOException {
    commands.write("kill -s " + signal + " " + pid + "\n");
    commands.flush();
  }

  /** What was sent is delivered before. */
  @Override
  public void close() {
    try {
      commands.close(); // its end
      var _ = shell.waitFor();
    } catch (IOException _) {
      shell.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
