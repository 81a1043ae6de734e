package lockstep.disk.store;

import java.io.IOException;

/**
 * The store can't take more right now: what was written has to reach the disk first, or the disk is
 * being copied. The same may be tried again after a moment; part of it may have been done.
 */
public final class StalledException extends IOException {
  private static final long serialVersionUID = 1;

  StalledException(Throwable cause) {
    super("the store waits for its disk", cause);
  }

  StalledException(String text) {
    super(text);
  }
}
