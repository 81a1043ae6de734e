package lockstep.proxy.tcp;

import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpSegment;

/**
 * The send sequence space (RFC 9293, 3.3.1, figure 3).
 *
 * <pre>
 *        una            next           sentMax        bufferEnd
 *   ------|--------------|--------------|--------------|------
 *   acked   in flight      sent before,   not yet sent
 *                          to send again
 * </pre>
 *
 * {@code next} falls back behind {@code sentMax} after a timeout or when the path moves. The SYN
 * lies just before the buffer, the FIN just behind it.
 */
final class Sender {

  /** Takes what is to be transmitted; the connection adds acknowledgment and window. */
  interface Output {
    void emit(int sequence, int flags, Slice payload, boolean retransmission);
  }

  /** RFC 5681, 3.2. */
  private static final int DUPLICATES_FOR_FAST_RETRANSMIT = 3;

  /** RFC 9293, 3.7.1 (MUST-15): a peer that names no size. */
  private static final int SEGMENT_SIZE_DEFAULT = 536;

  /** A peer that asks for less would make us send headers only. */
  static final int SEGMENT_SIZE_MIN = 48;

  private final TcpLimits limits;
  private final Output output;
  private final SendBuffer buffer;
  private final CongestionWindow congestion;
  private final RetransmissionTimer retransmission;

  private final int initial;
  private int una;
  private int next;
  private int sentMax;
  private int bufferStart;
  private boolean closing;

  private int window;
  private int windowMax;
  private int windowShift;
  private int windowSequence; // SND.WL1
  private int windowAcknowledgment; // SND.WL2

  private int segmentSize = SEGMENT_SIZE_DEFAULT;
  private int duplicates;

  private boolean timing;
  private int timedSequence;
  private long timedSinceNanos;

  private long persistDeadlineNanos = RetransmissionTimer.OFF;
  private long persistIntervalNanos;
  private long heardNanos;

  Sender(TcpLimits limits, BufferBudget budget, int initialSequence, Output output) {
    this.limits = limits;
    this.output = output;
    this.buffer = new SendBuffer(budget, limits.initialBytes(), limits.sendBufferBytes());
    this.congestion = new CongestionWindow(limits.mss(), 2 * limits.sendBufferBytes());
    this.retransmission = new RetransmissionTimer(limits);
    this.initial = initialSequence;
    this.una = initialSequence;
    this.next = initialSequence;
    this.sentMax = initialSequence;
    this.bufferStart = initialSequence + 1;
  }

  // The handshake.

  /** Sends the SYN, again if need be; {@code flags} may add ACK. */
  void sendSyn(int flags, long nowNanos) {
    boolean again = next != initial;
    if (!again) {
      heardNanos = nowNanos;
    }
    next = initial + 1;
    sentMax = next;
    timing = !again;
    timedSequence = next;
    timedSinceNanos = nowNanos;
    output.emit(initial, flags, Slice.EMPTY, again);
    retransmission.start(nowNanos);
  }

  /** The SYN again, for a peer at a new place: its silence begins now. */
  void onSynPathMoved(int flags, long nowNanos) {
    retransmission.forgetBackOff();
    heardNanos = nowNanos;
    sendSyn(flags, nowNanos);
  }

  /** What the peer's SYN says. Windows are scaled only if both sides offer it (RFC 7323, 2.2). */
  void learn(TcpSegment syn, boolean scaled) {
    int offered = syn.options().maximumSegmentSize().orElse(SEGMENT_SIZE_DEFAULT);
    segmentSize = Math.clamp(offered, SEGMENT_SIZE_MIN, limits.mss());
    congestion.segmentSize(segmentSize);
    windowShift = scaled ? syn.options().windowScale().orElse(0) : 0;
    window = syn.window(); // never scaled in a SYN
    windowMax = window;
    windowSequence = syn.sequence();
    windowAcknowledgment = syn.acknowledgment();
  }

  /** The segment that completes the handshake also sets the window (RFC 9293, 3.10.7.4, fifth). */
  void setWindow(TcpSegment segment) {
    int shift = segment.has(TcpSegment.SYN) ? 0 : windowShift;
    window = segment.window() << shift;
    windowMax = Math.max(windowMax, window);
    windowSequence = segment.sequence();
    windowAcknowledgment = segment.acknowledgment();
  }

  // The user.

  void append(Slice data) {
    buffer.append(data);
  }

  void close() {
    closing = true;
  }

  int space() {
    return closing ? 0 : buffer.space();
  }

  int buffered() {
    return buffer.length();
  }

  void free() {
    buffer.free();
    retransmission.stop();
    persistDeadlineNanos = RetransmissionTimer.OFF;
  }

  // What the connection asks.

  int segmentSize() {
    return segmentSize;
  }

  /**
   * The sequence number of a segment without text: the newest that the peer's window takes, or it
   * would be unacceptable there.
   */
  int acknowledgmentSequence() {
    return Sequence.atMost(sentMax, una + window) ? sentMax : next;
  }

  int sentMax() {
    return sentMax;
  }

  /** Whether our FIN was sent and acknowledged. */
  boolean finAcknowledged() {
    return closing && una == bufferEnd() + 1;
  }

  /** Whether {@code ack} acknowledges something sent and not yet acknowledged (RFC 9293, 3.4). */
  boolean acknowledgesNew(int ack) {
    return Sequence.lessThan(una, ack) && Sequence.atMost(ack, sentMax);
  }

  long deadlineNanos() {
    return Math.min(retransmission.deadlineNanos(), persistDeadlineNanos);
  }

  private int bufferEnd() {
    return bufferStart + buffer.length();
  }

  private int inFlight() {
    return next - una;
  }

  // Acknowledgments (RFC 9293, 3.10.7.4, fifth; RFC 5681; RFC 6298).

  /** Takes the acknowledgment and the window of an acceptable segment. */
  void onAcknowledgment(TcpSegment segment, long nowNanos) {
    int ack = segment.acknowledgment();
    int windowBefore = window;
    updateWindow(segment);
    if (acknowledgesNew(ack)) {
      onNewAcknowledgment(ack, nowNanos);
    } else if (isDuplicate(segment, windowBefore)) {
      onDuplicate();
    }
    if (window == 0) {
      heardNanos = nowNanos; // RFC 9293, 3.8.6.1: a closed window that answers is no dead peer
    }
    if (window > 0 && persistIntervalNanos != 0) {
      stopPersisting();
    }
  }

  private void onNewAcknowledgment(int ack, long nowNanos) {
    int bytes = ack - una;
    int dataBytes = Math.clamp(ack - bufferStart, 0, buffer.length());
    buffer.discard(dataBytes);
    bufferStart += dataBytes;
    una = ack;
    if (Sequence.lessThan(next, una)) {
      next = una;
    }
    duplicates = 0;
    heardNanos = nowNanos;
    if (timing && Sequence.atMost(timedSequence, ack)) {
      timing = false;
      retransmission.sample(nowNanos - timedSinceNanos);
    }
    if (congestion.recovering()) {
      if (congestion.onAcknowledgedInRecovery(ack, bytes, sentMax - una)) {
        retransmitFirst();
      }
    } else {
      congestion.onAcknowledged(bytes);
    }
    if (una == sentMax) {
      retransmission.stop(); // RFC 6298 (5.2)
    } else {
      retransmission.start(nowNanos); // (5.3)
    }
  }

  private void updateWindow(TcpSegment segment) {
    boolean newer =
        Sequence.lessThan(windowSequence, segment.sequence())
            || windowSequence == segment.sequence()
                && Sequence.atMost(windowAcknowledgment, segment.acknowledgment());
    if (newer
        && Sequence.atMost(una, segment.acknowledgment())
        && Sequence.atMost(segment.acknowledgment(), sentMax)) {
      setWindow(segment);
    }
  }

  /** RFC 5681, 2, "duplicate acknowledgment". */
  private boolean isDuplicate(TcpSegment segment, int windowBefore) {
    return sentMax != una
        && segment.length() == 0
        && segment.acknowledgment() == una
        && window == windowBefore
        && window != 0;
  }

  private void onDuplicate() {
    duplicates++;
    if (congestion.recovering()) {
      congestion.onDuplicateInRecovery();
    } else if (duplicates == DUPLICATES_FOR_FAST_RETRANSMIT) {
      congestion.onFastRetransmit(sentMax - una, sentMax);
      retransmitFirst();
    }
  }

  /** The first segment again: of what was sent, or its acknowledgment would not be believed. */
  private void retransmitFirst() {
    timing = false; // Karn
    if (una != bufferStart - 1) {
      int sent = sentMax - una;
      int bytes = Math.min(Math.min(buffer.length(), segmentSize), sent);
      emit(una, bytes, closing && bytes == buffer.length() && bytes < sent);
    }
  }

  // Sending (RFC 9293, 3.8.6).

  /** Sends whatever the windows allow, and sets the timers. */
  void transmit(long nowNanos) {
    boolean more = true;
    while (more) {
      more = transmitOne(nowNanos);
    }
    if (next != una) {
      persistDeadlineNanos = RetransmissionTimer.OFF;
      retransmission.startIfOff(nowNanos);
    } else {
      retransmission.stop();
      boolean waiting = buffer.length() > 0 || closing && !finAcknowledged();
      if (waiting && persistDeadlineNanos == RetransmissionTimer.OFF) {
        startPersisting(nowNanos);
      }
    }
  }

  private boolean transmitOne(long nowNanos) {
    int unsent = Math.max(0, bufferEnd() - next);
    int usable = Math.min(window, congestion.bytes()) - inFlight();
    int bytes = Math.min(Math.min(unsent, largeSegmentBytes()), Math.max(usable, 0));
    boolean fin = closing && bytes == unsent && usable > bytes && next + bytes == bufferEnd();
    if (bytes == 0 && !fin) {
      return false;
    }
    boolean last = bytes == unsent;
    // Silly window avoidance (3.8.6.2.1); Nagle's rule is off: the client has decided already.
    if (!last && bytes < segmentSize && bytes < windowMax / 2) {
      return false;
    }
    if (!last && bytes > segmentSize) {
      bytes -= bytes % segmentSize;
    }
    if (!timing && next == sentMax) {
      timing = true;
      timedSequence = next + bytes + (fin ? 1 : 0);
      timedSinceNanos = nowNanos;
    }
    if (next == una) {
      heardNanos = Math.max(heardNanos, idleSince(nowNanos));
    }
    emit(next, bytes, fin);
    next += bytes + (fin ? 1 : 0);
    if (Sequence.lessThan(sentMax, next)) {
      sentMax = next;
    }
    return true;
  }

  /** With nothing outstanding the peer had nothing to answer: its silence begins now. */
  private long idleSince(long nowNanos) {
    return next == sentMax ? nowNanos : heardNanos;
  }

  private int largeSegmentBytes() {
    return Math.max(limits.largeSegmentBytes() / segmentSize, 1) * segmentSize;
  }

  private void emit(int sequence, int bytes, boolean fin) {
    boolean again = Sequence.lessThan(sequence, sentMax);
    boolean last = sequence + bytes == bufferEnd();
    int flags =
        TcpSegment.ACK | (last && bytes > 0 ? TcpSegment.PSH : 0) | (fin ? TcpSegment.FIN : 0);
    output.emit(sequence, flags, buffer.copy(sequence - bufferStart, bytes), again);
  }

  // Time.

  /** Whether the peer has been silent for too long (R2 of RFC 9293, 3.8.3). */
  boolean givesUp(long nowNanos) {
    return (retransmission.expired(nowNanos) || persistDeadlineNanos <= nowNanos)
        && nowNanos - heardNanos >= limits.giveUpNanos();
  }

  boolean retransmissionExpired(long nowNanos) {
    return retransmission.expired(nowNanos);
  }

  /** The SYN was not answered (RFC 6298, 5.4 to 5.6). */
  void onSynTimeout(int flags, long nowNanos) {
    retransmission.backOff();
    sendSyn(flags, nowNanos);
  }

  /** Timers of the synchronized states. */
  void onTick(long nowNanos) {
    if (retransmission.expired(nowNanos)) {
      congestion.onTimeout(sentMax - una);
      retransmission.backOff();
      retransmission.stop();
      duplicates = 0;
      timing = false;
      next = una;
      forceOne();
      retransmission.start(nowNanos);
    } else if (persistDeadlineNanos <= nowNanos) {
      persistDeadlineNanos = RetransmissionTimer.OFF;
      probe();
      persistIntervalNanos = Math.min(persistIntervalNanos * 2, limits.rtoMaxNanos());
      persistDeadlineNanos = nowNanos + persistIntervalNanos;
    }
  }

  /** The first segment again, whatever the window says now: it may have shrunk (3.8.6). */
  private void forceOne() {
    int bytes = Math.min(buffer.length(), segmentSize);
    boolean fin = closing && bytes == buffer.length();
    emit(next, bytes, fin);
    next += bytes + (fin ? 1 : 0);
    if (Sequence.lessThan(sentMax, next)) {
      sentMax = next;
    }
  }

  /**
   * A zero-window probe (3.8.6.1): one byte, or what a small window takes (the override of
   * 3.8.6.2.1). Should the peer take it, its acknowledgment moves {@code next}.
   */
  private void probe() {
    int bytes = Math.min(buffer.length(), Math.max(1, Math.min(window, segmentSize)));
    boolean fin = closing && bytes == buffer.length();
    emit(next, bytes, fin);
    int end = next + bytes + (fin ? 1 : 0);
    if (Sequence.lessThan(sentMax, end)) {
      sentMax = end;
    }
    timing = false;
  }

  private void startPersisting(long nowNanos) {
    if (persistIntervalNanos == 0) {
      heardNanos = nowNanos; // the peer's silence is counted from the first question
    }
    persistIntervalNanos = retransmission.timeoutNanos();
    persistDeadlineNanos = nowNanos + persistIntervalNanos;
  }

  private void stopPersisting() {
    persistIntervalNanos = 0;
    persistDeadlineNanos = RetransmissionTimer.OFF;
  }

  /** Nothing more can be sent for now: no timer runs. */
  void suspend() {
    retransmission.stop();
    stopPersisting();
  }

  /** Everything unacknowledged goes out again at once, as large as it may be. */
  void onPathMoved(long nowNanos) {
    int outstanding = sentMax - una;
    suspend();
    retransmission.forgetBackOff();
    congestion.onPathMoved(outstanding);
    next = una;
    duplicates = 0;
    timing = false;
    heardNanos = nowNanos;
    transmit(nowNanos);
    boolean waiting = buffer.length() > 0 || closing && !finAcknowledged();
    if (next == una && waiting) {
      probe();
    }
  }

  @Override
  public String toString() {
    return String.format(
        "una=+%d next=+%d max=+%d buffered=%d window=%d cwnd=%d rto=%dms",
        una - initial,
        next - initial,
        sentMax - initial,
        buffer.length(),
        window,
        congestion.bytes(),
        retransmission.timeoutNanos() / 1_000_000);
  }
}
