package lockstep.tools.disk;

import java.io.IOException;

/**
 * Takes back what was begun if it does not come to its end: when it fails, and when the user
 * interrupts the process.
 */
final class Undo implements AutoCloseable {
  /** What takes it back. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException;
  }

  private final Action action;
  private final Thread hook;
  private boolean over;

  Undo(Action action) {
    this.action = action;
    this.hook = Thread.ofPlatform().name("undo").unstarted(this::undo);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** It has come to its end. */
  synchronized void done() {
    over = true;
  }

  private synchronized void undo() {
    if (!over) {
      over = true;
      try {
        action.run();
      } catch (IOException e) {
        System.err.println("lockstep: what was begun could not be taken back: " + e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    undo();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is ending, and the hook has run or runs.
    }
  }
}
