package lockstep.tools;

import java.io.IOException;

/** A value on the command line that is none of its kind: the command ends as one called wrongly. */
public final class BadValueException extends IOException {
  private static final long serialVersionUID = 1;

  public BadValueException(String message) {
    super(message);
  }
}
