package lockstep.tools.disk;

import java.io.IOException;
import java.util.Optional;

/** What one thread is at, so that another can end it. */
final class UnderWay {
  private Optional<Undo.Action> ending = Optional.empty();
  private boolean over;

  /**
   * @param end ends it, on any thread
   * @throws IOException if {@link #end} was there first; {@code end} has been run then
   */
  synchronized void is(Undo.Action end) throws IOException {
    ending = Optional.of(end);
    if (over) {
      end.run();
      throw new IOException("interrupted");
    }
  }

  /** Ends it, or what would come. */
  synchronized void end() throws IOException {
    over = true;
    if (ending.isPresent()) {
      ending.get().run();
    }
  }
}
