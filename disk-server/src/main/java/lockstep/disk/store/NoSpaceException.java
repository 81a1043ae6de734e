package lockstep.disk.store;

import java.io.IOException;

/** The host's file system is full. */
public final class NoSpaceException extends IOException {
  private static final long serialVersionUID = 1;

  NoSpaceException(String message) {
    super(message);
  }

  NoSpaceException(String message, Throwable cause) {
    super(message, cause);
  }
}
