package lockstep.ft.wire;

/** Bytes that are no message of the protocol; the text says what was wrong with them. */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedMessageException(String message) {
    super(message);
  }
}
