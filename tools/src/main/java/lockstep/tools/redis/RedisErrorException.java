package lockstep.tools.redis;

/** Redis answered with an error. */
public final class RedisErrorException extends Exception {
  private static final long serialVersionUID = 1L;

  public RedisErrorException(String message) {
    super(message);
  }
}
