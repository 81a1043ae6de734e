package lockstep.tools.image;

/**
 * A guest cannot be made on this host: it lacks a tool, apt sources, or the way to its mirror. The
 * message says what, in one line; a guest made elsewhere can still be imported.
 */
public final class HostLacksException extends ImageException {
  private static final long serialVersionUID = 1;

  public HostLacksException(String message) {
    super(message);
  }

  public HostLacksException(String message, Throwable cause) {
    super(message, cause);
  }
}
