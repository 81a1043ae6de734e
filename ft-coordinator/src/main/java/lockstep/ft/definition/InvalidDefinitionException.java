package lockstep.ft.definition;

/** A VM's definition that can't be; the text names the field. */
public final class InvalidDefinitionException extends Exception {
  private static final long serialVersionUID = 1L;

  public InvalidDefinitionException(String message) {
    super(message);
  }
}
