package lockstep.proxy.tcp;

import java.util.List;
import java.util.OptionalInt;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpOptions;
import lockstep.proxy.net.TcpSegment;

/**
 * One TCP connection (RFC 9293), sans-IO. States and transitions are those of figure 5.
 *
 * <p>Not thread-safe: one thread owns it. The driver calls {@link #onEvent} with the time, carries
 * the effects out in order, then looks at {@link #sendSpace()} and {@link #deadlineNanos()}.
 */
public final class TcpConnection {
  /** RFC 5961, 7: how often segments without text are told that they are out of place. */
  private static final long CHALLENGE_INTERVAL_NANOS = 500_000_000;

  /** An acknowledgment older than this has arrived, or the peer would have asked again. */
  private static final long ACKNOWLEDGMENT_IN_FLIGHT_NANOS = 10_000_000_000L;

  private final TcpLimits limits;
  private final int localPort;
  private final int remotePort;
  private final Sender sender;
  private final Receiver receiver;

  private TcpState state;
  private boolean opened;
  private boolean closeRequested;
  private boolean peerOffersScale;
  private boolean suspended;
  private long suspendedSinceNanos;
  private long heardNanos;
  private long challengedNanos = -CHALLENGE_INTERVAL_NANOS;
  private long timeWaitDeadlineNanos = RetransmissionTimer.OFF;
  private List<TcpEffect> effects = List.of();

  /**
   * A connection that may be opened, or, if {@code state} is LISTEN, waits for a SYN.
   *
   * @param initialSequence ISS; the driver draws it as RFC 9293, 3.4.1 asks
   */
  private TcpConnection(
      TcpState state,
      TcpLimits limits,
      BufferBudget budget,
      int localPort,
      int remotePort,
      int initialSequence) {
    this.state = state;
    this.limits = limits;
    this.localPort = localPort;
    this.remotePort = remotePort;
    this.sender = new Sender(limits, budget, initialSequence, this::transmit);
    this.receiver = new Receiver(limits, budget);
  }

  /** A connection that {@link TcpEvent.Open} will open. */
  public static TcpConnection closed(
      TcpLimits limits, BufferBudget budget, int localPort, int remotePort, int initialSequence) {
    return new TcpConnection(
        TcpState.CLOSED, limits, budget, localPort, remotePort, initialSequence);
  }

  /** A connection that the first SYN will open. */
  public static TcpConnection listening(
      TcpLimits limits, BufferBudget budget, int localPort, int remotePort, int initialSequence) {
    return new TcpConnection(
        TcpState.LISTEN, limits, budget, localPort, remotePort, initialSequence);
  }

  public TcpState state() {
    return state;
  }

  /** Bytes that {@link TcpEvent.Send} may carry now. */
  public int sendSpace() {
    return gone() ? 0 : sender.space();
  }

  /** Bytes sent by the user and not yet acknowledged by the peer. */
  public int sendBuffered() {
    return sender.buffered();
  }

  /** Bytes delivered and not yet consumed by the user. */
  public int unconsumed() {
    return receiver.unconsumed();
  }

  /** Payload bytes that the peer takes in one segment. */
  public int segmentSize() {
    return sender.segmentSize();
  }

  /** When {@link TcpEvent.Tick} is due; {@code Long.MAX_VALUE} for never. */
  public long deadlineNanos() {
    if (suspended || gone()) {
      return RetransmissionTimer.OFF;
    }
    return state == TcpState.TIME_WAIT
        ? timeWaitDeadlineNanos
        : Math.min(sender.deadlineNanos(), receiver.ackDeadlineNanos());
  }

  /**
   * Whether {@code syn} may open the next connection between the same ports while this one is in
   * TIME-WAIT (RFC 9293, 3.6.1): its number is beyond all that the peer used here, so it is no old
   * one come again.
   */
  public boolean succeededBy(TcpSegment syn) {
    return state == TcpState.TIME_WAIT && Sequence.lessThan(receiver.next(), syn.sequence());
  }

  /** Whether nothing is left of the connection. */
  public boolean gone() {
    return state == TcpState.CLOSED && opened;
  }

  /**
   * Takes one event.
   *
   * @param out gets the effects, in order
   */
  public void onEvent(TcpEvent event, long nowNanos, List<TcpEffect> out) {
    effects = out;
    switch (event) {
      case TcpEvent.Open _ -> onOpen(nowNanos);
      case TcpEvent.Send send -> onSend(send.data());
      case TcpEvent.Consumed consumed -> receiver.onConsumed(consumed.bytes());
      case TcpEvent.Close _ -> closeRequested = true;
      case TcpEvent.Abort _ -> onAbort();
      case TcpEvent.SegmentArrived arrived -> onSegment(arrived.segment(), nowNanos);
      case TcpEvent.Tick _ -> onTick(nowNanos);
      case TcpEvent.PathLost _ -> onPathLost(nowNanos);
      case TcpEvent.PathMoved _ -> onPathMoved(nowNanos);
    }
    finishTurn(nowNanos);
    effects = List.of();
  }

  /** After every event: close if it is time, send what may be sent, acknowledge what is owed. */
  private void finishTurn(long nowNanos) {
    if (closeRequested && (state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT)) {
      sender.close(); // 3.10.4: the FIN follows whatever is queued
      state = state == TcpState.ESTABLISHED ? TcpState.FIN_WAIT_1 : TcpState.LAST_ACK;
    }
    if (suspended || !state.isSynchronized()) {
      return;
    }
    if (state != TcpState.TIME_WAIT && state != TcpState.FIN_WAIT_2) {
      sender.transmit(nowNanos);
    }
    if (receiver.owesAcknowledgment(nowNanos)) {
      sendAcknowledgment();
    }
  }

  // User calls (3.10.1 to 3.10.5).

  private void onOpen(long nowNanos) {
    if (state != TcpState.CLOSED || opened) {
      throw new IllegalStateException("OPEN of a connection that was used");
    }
    opened = true;
    state = TcpState.SYN_SENT;
    sender.sendSyn(TcpSegment.SYN, nowNanos);
  }

  private void onSend(Slice data) {
    if (gone() || state == TcpState.TIME_WAIT || closeRequested) {
      throw new IllegalStateException("SEND in state " + state);
    }
    sender.append(data);
  }

  private void onAbort() {
    switch (state) {
      case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> {
        sendReset(sender.sentMax());
        end(TcpEffect.Cause.ABORTED);
      }
      case LISTEN, SYN_SENT, CLOSING, LAST_ACK -> end(TcpEffect.Cause.ABORTED);
      case TIME_WAIT -> free();
      case CLOSED -> {}
    }
    receiver.drop();
  }

  // The path to the peer.

  private void onPathLost(long nowNanos) {
    suspended = true;
    suspendedSinceNanos = nowNanos;
    sender.suspend();
  }

  private void onPathMoved(long nowNanos) {
    long lostSinceNanos = suspended ? suspendedSinceNanos : nowNanos;
    boolean heardLately = lostSinceNanos - heardNanos < ACKNOWLEDGMENT_IN_FLIGHT_NANOS;
    suspended = false;
    switch (state) {
      case SYN_SENT -> sender.onSynPathMoved(TcpSegment.SYN, nowNanos);
      case SYN_RECEIVED -> sender.onSynPathMoved(TcpSegment.SYN | TcpSegment.ACK, nowNanos);
      case ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, CLOSING, LAST_ACK, FIN_WAIT_2 -> {
        int before = effects.size();
        if (state != TcpState.FIN_WAIT_2) {
          sender.onPathMoved(nowNanos);
        }
        // Our last acknowledgment may have been lost with what was in flight.
        if (heardLately && effects.size() == before) {
          receiver.acknowledgeNow();
        }
      }
      case TIME_WAIT -> timeWaitDeadlineNanos = nowNanos + limits.timeWaitNanos();
      case CLOSED, LISTEN -> {}
    }
  }

  // Time (3.10.8).

  private void onTick(long nowNanos) {
    if (suspended || gone() || state == TcpState.LISTEN) {
      return;
    }
    if (state == TcpState.TIME_WAIT) {
      if (timeWaitDeadlineNanos <= nowNanos) {
        free();
      }
      return;
    }
    if (sender.givesUp(nowNanos)) {
      sendReset(sender.sentMax());
      end(TcpEffect.Cause.TIMED_OUT);
      return;
    }
    switch (state) {
      case SYN_SENT, SYN_RECEIVED -> {
        if (sender.retransmissionExpired(nowNanos)) {
          int ack = state == TcpState.SYN_RECEIVED ? TcpSegment.ACK : 0;
          sender.onSynTimeout(TcpSegment.SYN | ack, nowNanos);
        }
      }
      case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK ->
          sender.onTick(nowNanos);
      case CLOSED, LISTEN, TIME_WAIT -> {}
    }
  }

  // Segments (3.10.7).

  private void onSegment(TcpSegment segment, long nowNanos) {
    heardNanos = nowNanos;
    switch (state) {
      case CLOSED -> TcpResets.refusing(segment).ifPresent(this::emit);
      case LISTEN -> onSegmentInListen(segment, nowNanos);
      case SYN_SENT -> onSegmentInSynSent(segment, nowNanos);
      case SYN_RECEIVED,
          ESTABLISHED,
          FIN_WAIT_1,
          FIN_WAIT_2,
          CLOSE_WAIT,
          CLOSING,
          LAST_ACK,
          TIME_WAIT ->
          onSegmentOtherwise(segment, nowNanos);
    }
  }

  /** 3.10.7.2 */
  private void onSegmentInListen(TcpSegment segment, long nowNanos) {
    if (segment.has(TcpSegment.RST)) {
      return;
    }
    if (segment.has(TcpSegment.ACK)) {
      TcpResets.refusing(segment).ifPresent(this::emit);
      return;
    }
    if (segment.has(TcpSegment.SYN)) {
      learn(segment);
      opened = true;
      state = TcpState.SYN_RECEIVED;
      sender.sendSyn(TcpSegment.SYN | TcpSegment.ACK, nowNanos);
    }
  }

  /** 3.10.7.3 */
  private void onSegmentInSynSent(TcpSegment segment, long nowNanos) {
    boolean acknowledges = segment.has(TcpSegment.ACK);
    if (acknowledges && !sender.acknowledgesNew(segment.acknowledgment())) {
      TcpResets.refusing(segment).ifPresent(this::emit);
      return;
    }
    if (segment.has(TcpSegment.RST)) {
      if (acknowledges) {
        end(TcpEffect.Cause.REFUSED);
      }
      return;
    }
    if (!segment.has(TcpSegment.SYN)) {
      return;
    }
    learn(segment);
    if (acknowledges) {
      sender.onAcknowledgment(segment, nowNanos);
      establish();
      receiver.acknowledgeNow();
    } else { // simultaneous open (figure 8)
      state = TcpState.SYN_RECEIVED;
      sender.sendSyn(TcpSegment.SYN | TcpSegment.ACK, nowNanos);
    }
  }

  private void learn(TcpSegment syn) {
    peerOffersScale = syn.options().windowScale().isPresent();
    sender.learn(syn, peerOffersScale);
    receiver.learn(syn.sequence(), peerOffersScale);
  }

  /** 3.10.7.4 */
  private void onSegmentOtherwise(TcpSegment segment, long nowNanos) {
    if (!receiver.acceptable(segment)) { // first
      onUnacceptable(segment, nowNanos);
      return;
    }
    if (segment.has(TcpSegment.RST)) { // second
      onReset(segment);
      return;
    }
    if (segment.has(TcpSegment.SYN)) { // fourth; RFC 5961, 4: a challenge
      sendAcknowledgment();
      return;
    }
    if (segment.has(TcpSegment.ACK) && onAcknowledgment(segment, nowNanos)) { // fifth
      if (state.receives()) { // seventh and eighth
        receiver.onText(segment, nowNanos, effects);
        if (receiver.finished()) {
          onPeerClosed(nowNanos);
        }
      }
    }
  }

  private void onUnacceptable(TcpSegment segment, long nowNanos) {
    if (segment.has(TcpSegment.RST)) {
      return;
    }
    boolean sameSyn = segment.has(TcpSegment.SYN) && segment.sequence() == receiver.next() - 1;
    if (state == TcpState.SYN_RECEIVED && sameSyn && segment.has(TcpSegment.ACK)) {
      onAcknowledgment(segment, nowNanos); // the last line of figure 7
      receiver.acknowledgeNow();
      return;
    }
    if (state == TcpState.SYN_RECEIVED && sameSyn) {
      sender.sendSyn(TcpSegment.SYN | TcpSegment.ACK, nowNanos); // our answer was lost
      return;
    }
    if (state == TcpState.TIME_WAIT && segment.has(TcpSegment.FIN)) {
      timeWaitDeadlineNanos = nowNanos + limits.timeWaitNanos(); // eighth
    }
    if (segment.has(TcpSegment.ACK) && state.isSynchronized() && state != TcpState.TIME_WAIT) {
      // A segment that is old, or too early for a closed window, may still acknowledge (3.10.7.4,
      // first: "special allowance should be made to accept valid ACKs").
      onAcknowledgment(segment, nowNanos);
    }
    if (!gone() && (segment.length() > 0 || challengeDue(nowNanos))) {
      sendAcknowledgment();
    }
  }

  /** Two peers that find each other's acknowledgments out of place must not talk for ever. */
  private boolean challengeDue(long nowNanos) {
    if (nowNanos - challengedNanos < CHALLENGE_INTERVAL_NANOS) {
      return false;
    }
    challengedNanos = nowNanos;
    return true;
  }

  /** RFC 5961, 3: only a RST at exactly the next sequence number is believed. */
  private void onReset(TcpSegment segment) {
    if (segment.sequence() != receiver.next()) {
      sendAcknowledgment();
      return;
    }
    switch (state) {
      case TIME_WAIT -> {} // RFC 1337: no assassination
      case CLOSING, LAST_ACK -> { // second: no error, for both sides have closed
        effects.add(new TcpEffect.Finished());
        free();
      }
      case SYN_RECEIVED -> end(TcpEffect.Cause.REFUSED);
      case CLOSED, LISTEN, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT ->
          end(TcpEffect.Cause.RESET_BY_PEER);
    }
  }

  /**
   * Fifth: the ACK.
   *
   * @return whether the segment is to be looked at further
   */
  private boolean onAcknowledgment(TcpSegment segment, long nowNanos) {
    int ack = segment.acknowledgment();
    if (state == TcpState.SYN_RECEIVED) {
      if (!sender.acknowledgesNew(ack)) {
        sendReset(ack);
        return false;
      }
      sender.setWindow(segment);
      establish();
    }
    if (Sequence.lessThan(sender.sentMax(), ack)) {
      sendAcknowledgment(); // of something never sent
      return false;
    }
    sender.onAcknowledgment(segment, nowNanos);
    if (sender.finAcknowledged()) {
      onFinAcknowledged(nowNanos);
    }
    return !gone();
  }

  private void establish() {
    state = TcpState.ESTABLISHED;
    effects.add(new TcpEffect.Established());
  }

  private void onFinAcknowledged(long nowNanos) {
    switch (state) {
      case FIN_WAIT_1 -> state = TcpState.FIN_WAIT_2;
      case CLOSING -> enterTimeWait(nowNanos);
      case LAST_ACK -> {
        effects.add(new TcpEffect.Finished());
        free();
      }
      case CLOSED,
          LISTEN,
          SYN_SENT,
          SYN_RECEIVED,
          ESTABLISHED,
          FIN_WAIT_2,
          CLOSE_WAIT,
          TIME_WAIT -> {}
    }
  }

  /** Eighth: the FIN. */
  private void onPeerClosed(long nowNanos) {
    switch (state) {
      case ESTABLISHED -> state = TcpState.CLOSE_WAIT;
      case FIN_WAIT_1 -> state = TcpState.CLOSING;
      case FIN_WAIT_2 -> enterTimeWait(nowNanos);
      case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> {}
    }
  }

  private void enterTimeWait(long nowNanos) {
    state = TcpState.TIME_WAIT;
    timeWaitDeadlineNanos = nowNanos + limits.timeWaitNanos();
    sender.free();
    receiver.free();
    effects.add(new TcpEffect.Finished());
  }

  private void end(TcpEffect.Cause cause) {
    effects.add(new TcpEffect.Broken(cause));
    free();
    receiver.drop();
  }

  private void free() {
    if (state == TcpState.CLOSED && opened) {
      return;
    }
    opened = true;
    state = TcpState.CLOSED;
    sender.free();
    receiver.free();
  }

  // Output.

  private void sendAcknowledgment() {
    transmit(sender.acknowledgmentSequence(), TcpSegment.ACK, Slice.EMPTY, false);
  }

  private void sendReset(int sequence) {
    boolean learned = state.isSynchronized() || state == TcpState.SYN_RECEIVED;
    emit(
        new TcpSegment(
            localPort,
            remotePort,
            sequence,
            learned ? receiver.next() : 0,
            learned ? TcpSegment.RST | TcpSegment.ACK : TcpSegment.RST,
            0,
            TcpOptions.NONE,
            Slice.EMPTY));
  }

  private void transmit(int sequence, int flags, Slice payload, boolean retransmission) {
    boolean syn = (flags & TcpSegment.SYN) != 0;
    boolean ack = (flags & TcpSegment.ACK) != 0;
    int window = receiver.advertise(syn);
    effects.add(
        new TcpEffect.Transmit(
            new TcpSegment(
                localPort,
                remotePort,
                sequence,
                ack ? receiver.next() : 0,
                flags,
                window,
                syn ? synOptions(ack) : TcpOptions.NONE,
                payload),
            retransmission));
  }

  /** A SYN offers scaling; a SYN-ACK only if the peer did (RFC 7323, 2.2). */
  private TcpOptions synOptions(boolean answer) {
    return TcpOptions.of(
        limits.mss(),
        answer && !peerOffersScale ? OptionalInt.empty() : OptionalInt.of(limits.windowScale()));
  }

  private void emit(TcpSegment segment) {
    effects.add(new TcpEffect.Transmit(segment, false));
  }

  /** The state and both sequence spaces, for people. */
  @Override
  public String toString() {
    return state + " send[" + sender + "] receive[" + receiver + "]";
  }
}
