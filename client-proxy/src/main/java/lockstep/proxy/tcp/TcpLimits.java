package lockstep.proxy.tcp;

import java.time.Duration;

/**
 * Every bound of a connection.
 *
 * @param mss payload bytes that we take in one segment: our MTU less 40
 * @param largeSegmentBytes payload bytes that we may hand out in one {@link TcpEffect.Transmit}, as
 *     a large frame; at least {@code mss}, or equal to it without offload
 * @param sendBufferBytes what may wait to be acknowledged, at most
 * @param receiveWindowBytes what the peer may send unread, at most
 * @param initialBytes where both begin; they grow as the budget allows
 * @param ackDelayNanos how long an acknowledgment may wait for company (RFC 9293, 3.8.6.3)
 * @param rtoInitialNanos RFC 6298, 2.1
 * @param rtoMinNanos RFC 6298, 2.4
 * @param rtoMaxNanos RFC 6298, 2.5, which wants 60 s; shorter here, because the way is one hop and
 *     a guest that has just booted should be found soon
 * @param giveUpNanos R2: when data unanswered ends the connection (RFC 9293, 3.8.3)
 * @param timeWaitNanos two segment lifetimes (RFC 9293, 3.4.1 leaves their length to engineering: a
 *     segment lives on this wire no longer than a failover takes)
 */
public record TcpLimits(
    int mss,
    int largeSegmentBytes,
    int sendBufferBytes,
    int receiveWindowBytes,
    int initialBytes,
    long ackDelayNanos,
    long rtoInitialNanos,
    long rtoMinNanos,
    long rtoMaxNanos,
    long giveUpNanos,
    long timeWaitNanos) {

  public TcpLimits {
    if (mss < Sender.SEGMENT_SIZE_MIN || largeSegmentBytes < mss) {
      throw new IllegalArgumentException("segments of " + mss + " and " + largeSegmentBytes);
    }
  }

  /** MTU 1500, large frames, up to 1 MiB each way. */
  public static final TcpLimits DEFAULT =
      new TcpLimits(
          1460,
          64240,
          1 << 20,
          1 << 20,
          1 << 16,
          Duration.ofMillis(10).toNanos(),
          Duration.ofSeconds(1).toNanos(),
          Duration.ofMillis(200).toNanos(),
          Duration.ofSeconds(4).toNanos(),
          Duration.ofMinutes(10).toNanos(),
          Duration.ofSeconds(10).toNanos());

  /** The shift with which our largest window fits 16 bits (RFC 7323, 2.2). */
  int windowScale() {
    int shift = 0;
    while (receiveWindowBytes >> shift > 0xffff) {
      shift++;
    }
    return shift;
  }
}
