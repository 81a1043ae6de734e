package lockstep.tools.disk;

import java.io.IOException;

/**
 * Repeats for a moment what a server refuses because a connection is attached that we have just
 * ended: it hears of that a little later.
 */
final class AfterDetach {
  private static final int TRIES = 20;
  private static final long PAUSE_MILLIS = 100;

  private AfterDetach() {}

  static void retry(Undo.Action action) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        action.run();
        return;
      } catch (IOException e) {
        boolean attached = String.valueOf(e.getMessage()).contains("a client is attached");
        if (!attached || tries == TRIES) {
          throw e;
        }
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }
}
