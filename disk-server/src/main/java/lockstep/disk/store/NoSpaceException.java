package lockstep.disk.store;

import java.io.IOException;

/** The host's file system is full. */
public final class NoSpaceException extends IOException {
  NoSpaceException(String message, Throwable cause) {
    super(message, cause);
  }
}
