package lockstep.disk.http;

/** What a request asks for can't be understood, and why. */
final class BadRequestException extends Exception {
  private static final long serialVersionUID = 1;

  private final String reason;

  BadRequestException(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
