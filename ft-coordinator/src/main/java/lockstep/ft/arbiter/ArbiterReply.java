package lockstep.ft.arbiter;

/** What the arbiter says. */
public sealed interface ArbiterReply {

  /** The connection's {@link ArbiterRequest.Hello} is accepted. */
  record Hello(int protocolVersion) implements ArbiterReply {}

  /** It is not, and the connection ends. */
  record HelloRefused(int protocolVersion, String reason) implements ArbiterReply {}

  /** The record as it is now: after a {@link ArbiterRequest.Watch}, and after each change. */
  record Current(ArbiterRecord record, long leaseMillis) implements ArbiterReply {}

  /**
   * The request with this nonce was granted and made {@code record}. The live replica's lease is
   * full: it counts from when the request was first sent.
   */
  record Granted(long nonce, ArbiterRecord record, long leaseMillis) implements ArbiterReply {}

  /**
   * The request with this nonce was refused; {@code record} is the one that stands.
   *
   * @param lost the right is somebody else's for good (stop); otherwise the request came too early
   *     (a lease still runs) and may be repeated
   */
  record Refused(long nonce, boolean lost, String reason, ArbiterRecord record)
      implements ArbiterReply {}

  /** The lease was renewed by the request with this sequence number. */
  record Renewed(long sequence, long leaseMillis) implements ArbiterReply {}

  /** The lease was not renewed: {@code record} names somebody else live, or nobody. */
  record NotRenewed(long sequence, ArbiterRecord record) implements ArbiterReply {}
}
