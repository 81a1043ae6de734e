package lockstep.vmm.machine.boot;

/** What was given can't be booted; the message says what is wrong with it. */
public final class BootException extends Exception {
  private static final long serialVersionUID = 1L;

  public BootException(String message) {
    super(message);
  }
}
