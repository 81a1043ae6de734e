package lockstep.tools.image;

/** A guest image cannot be made, read or written; the message is one line for the user. */
public sealed class ImageException extends Exception permits HostLacksException {
  private static final long serialVersionUID = 1;

  public ImageException(String message) {
    super(message);
  }

  public ImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
