package lockstep.vmm.machine.state;

/** A saved state is cut short, or holds what no state of this machine version can hold. */
public final class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateException(String message) {
    super(message);
  }
}
