package lockstep.proxy.tcp;

/**
 * Slow start, congestion avoidance and fast recovery (RFC 5681, RFC 6582), in bytes.
 *
 * <p>There is no network to congest between proxy and guest, but the guest's receive queue is
 * finite and a frame that finds it full is dropped.
 */
final class CongestionWindow {
  /** RFC 6928, 2. */
  private static final int INITIAL_SEGMENTS = 10;

  private final int bytesMax;
  private int mss;
  private int window;
  private int slowStartThreshold;
  private int acknowledgedInAvoidance;
  private boolean recovering;
  private int recover;

  CongestionWindow(int mss, int bytesMax) {
    this.bytesMax = bytesMax;
    this.slowStartThreshold = bytesMax;
    this.mss = mss;
    this.window = INITIAL_SEGMENTS * mss;
  }

  /** The peer has named its segment size; nothing was sent yet. */
  void segmentSize(int bytes) {
    mss = bytes;
    window = INITIAL_SEGMENTS * mss;
  }

  int bytes() {
    return window;
  }

  boolean recovering() {
    return recovering;
  }

  /** New data was acknowledged outside recovery. */
  void onAcknowledged(int bytes) {
    if (window < slowStartThreshold) {
      // RFC 3465 counts bytes, not acknowledgments; without its limit L, because the guest's stack
      // takes a large frame as one and acknowledges it once.
      window = Math.min(window + bytes, bytesMax);
      return;
    }
    acknowledgedInAvoidance += bytes; // RFC 5681, 3.1
    if (acknowledgedInAvoidance >= window) {
      acknowledgedInAvoidance -= window;
      window = Math.min(window + mss, bytesMax);
    }
  }

  /** Third duplicate acknowledgment (RFC 5681, 3.2; RFC 6582, 3.2 step 2). */
  void onFastRetransmit(int inFlightBytes, int sentMax) {
    slowStartThreshold = Math.max(inFlightBytes / 2, 2 * mss);
    window = slowStartThreshold + 3 * mss;
    recovering = true;
    recover = sentMax;
  }

  /** A further duplicate: a segment has left the network. */
  void onDuplicateInRecovery() {
    window = Math.min(window + mss, bytesMax);
  }

  /**
   * New data was acknowledged in recovery (RFC 6582, 3.2 step 3).
   *
   * @return whether it was a partial acknowledgment: the next segment is missing too
   */
  boolean onAcknowledgedInRecovery(int ack, int bytes, int inFlightBytes) {
    if (Sequence.atMost(recover, ack)) {
      window = Math.min(slowStartThreshold, Math.max(inFlightBytes, mss) + mss);
      recovering = false;
      return false;
    }
    window = Math.max(window - bytes, mss) + mss;
    return true;
  }

  /** The retransmission timer has expired (RFC 5681, 3.1, equation 4). */
  void onTimeout(int inFlightBytes) {
    slowStartThreshold = Math.max(inFlightBytes / 2, 2 * mss);
    window = mss;
    recovering = false;
  }

  /** What was in flight is to be sent again at once, and its loss says nothing about congestion. */
  void onPathMoved(int inFlightBytes) {
    slowStartThreshold = bytesMax;
    window = Math.min(Math.max(inFlightBytes, INITIAL_SEGMENTS * mss), Math.max(bytesMax, mss));
    recovering = false;
  }
}
