package lockstep.proxy.tcp;

import java.util.List;
import java.util.Optional;
import lockstep.proxy.net.Slice;
import lockstep.proxy.net.TcpSegment;

/**
 * The receive sequence space (RFC 9293, 3.3.1, figure 4).
 *
 * <pre>
 *                 next                  edge
 *   ---------------|---------------------|--------
 *    delivered       window, advertised    not allowed
 * </pre>
 *
 * What was delivered and not yet consumed by the user counts against the capacity, so a slow user
 * closes the window. The edge never moves back.
 */
final class Receiver {
  /** RFC 9293, 3.8.6.3 (SHLD-19): an ACK for every second full-sized segment. */
  private static final int SEGMENTS_UNACKNOWLEDGED_MAX = 2;

  private final TcpLimits limits;
  private final BufferBudget budget;
  private final ReassemblyQueue early = new ReassemblyQueue();

  private int next;
  private int edge;
  private int capacity;
  private int unconsumed;
  private int consumedSinceGrowth;
  private int windowShift;

  private boolean finSeen;
  private int finSequence;
  private boolean finished;
  private boolean freed;

  private int unacknowledged;
  private boolean ackNow;
  private long ackDeadlineNanos = RetransmissionTimer.OFF;

  Receiver(TcpLimits limits, BufferBudget budget) {
    this.limits = limits;
    this.budget = budget;
    this.capacity = Math.min(limits.initialBytes(), limits.receiveWindowBytes());
    budget.reserveInitial(capacity);
  }

  /** The peer's SYN: its initial sequence number, and whether windows are scaled. */
  void learn(int initialSequence, boolean scaled) {
    next = initialSequence + 1;
    windowShift = scaled ? limits.windowScale() : 0;
    edge = next + Math.min(capacity, 0xffff);
  }

  int next() {
    return next;
  }

  int unconsumed() {
    return unconsumed;
  }

  boolean finished() {
    return finished;
  }

  long ackDeadlineNanos() {
    return ackDeadlineNanos;
  }

  /** Nothing more will be received: the share goes back once the user has taken what he has. */
  void free() {
    freed = true;
    early.clear();
    ackDeadlineNanos = RetransmissionTimer.OFF;
    if (unconsumed == 0) {
      budget.release(capacity);
      capacity = 0;
    }
  }

  /** The same for a user who will take nothing more. */
  void drop() {
    unconsumed = 0;
    free();
  }

  /** The four cases of segment acceptability (RFC 9293, 3.4 and 3.10.7.4, first). */
  boolean acceptable(TcpSegment segment) {
    int window = edge - next;
    int length = segment.length();
    int sequence = segment.sequence();
    if (length == 0) {
      return window == 0 ? sequence == next : Sequence.within(sequence, next, window);
    }
    return window > 0
        && (Sequence.within(sequence, next, window)
            || Sequence.within(sequence + length - 1, next, window));
  }

  /** The window field of a segment sent now; the edge moves as far as it says. */
  int advertise(boolean syn) {
    int shift = syn ? 0 : windowShift;
    advanceEdge();
    ackNow = false;
    unacknowledged = 0;
    ackDeadlineNanos = RetransmissionTimer.OFF;
    return Math.min((edge - next) >> shift, 0xffff);
  }

  /** Receiver's silly window avoidance (RFC 9293, 3.8.6.2.2). */
  private void advanceEdge() {
    int free = Math.min(capacity - unconsumed, 0xffff << windowShift);
    int gain = next + free - edge;
    if (gain >= Math.min(capacity / 2, limits.mss())) {
      edge += gain;
    }
  }

  /** Takes the text and the FIN of an acceptable segment. */
  void onText(TcpSegment segment, long nowNanos, List<TcpEffect> effects) {
    if (segment.has(TcpSegment.FIN)) {
      finSeen = true;
      finSequence = segment.sequence() + segment.payload().length();
    }
    if (segment.payload().length() > 0) {
      takeText(segment.sequence(), segment.payload(), nowNanos, effects);
    }
    if (finSeen && next == finSequence && !finished) {
      next++;
      edge = Sequence.lessThan(edge, next) ? next : edge;
      finished = true;
      early.clear();
      ackNow = true;
      effects.add(new TcpEffect.PeerClosed());
    } else if (segment.length() > 0 && segment.sequence() != next && !early.isEmpty()) {
      ackNow = true; // RFC 5681, 4.2: tell of the gap at once
    }
  }

  private void takeText(int sequence, Slice payload, long nowNanos, List<TcpEffect> effects) {
    int skipped = Sequence.lessThan(sequence, next) ? next - sequence : 0;
    int beyond = sequence + payload.length() - edge;
    int bytes = payload.length() - skipped - Math.max(beyond, 0);
    if (bytes <= 0) {
      ackNow = true;
      return;
    }
    Slice fresh = payload.part(skipped, bytes);
    if (sequence + skipped != next) {
      early.add(sequence + skipped, fresh);
      ackNow = true;
      return;
    }
    boolean filledGap = !early.isEmpty();
    deliver(fresh, effects);
    for (Optional<Slice> more = early.take(next); more.isPresent(); more = early.take(next)) {
      deliver(more.get(), effects);
    }
    if (filledGap
        || skipped > 0
        || beyond > 0
        || unacknowledged >= SEGMENTS_UNACKNOWLEDGED_MAX * limits.mss()) {
      ackNow = true;
    } else if (ackDeadlineNanos == RetransmissionTimer.OFF) {
      ackDeadlineNanos = nowNanos + limits.ackDelayNanos();
    }
  }

  private void deliver(Slice data, List<TcpEffect> effects) {
    next += data.length();
    unconsumed += data.length();
    unacknowledged += data.length();
    effects.add(new TcpEffect.Deliver(data));
  }

  /**
   * The user has done with bytes.
   *
   * @throws IllegalArgumentException if they were never delivered
   */
  void onConsumed(int bytes) {
    if (freed) {
      unconsumed = Math.max(unconsumed - bytes, 0);
      free();
      return;
    }
    if (bytes > unconsumed) {
      throw new IllegalArgumentException("consumed " + bytes + " of " + unconsumed + " bytes");
    }
    unconsumed -= bytes;
    grow(bytes);
    int free = capacity - unconsumed;
    int gain = next + free - edge;
    // An update of its own only where the window is far behind: every frame costs the guest.
    if (!finished && gain >= capacity / 2) {
      ackNow = true;
    }
  }

  /** A user that keeps up with a whole window gets a larger one, while the budget allows. */
  private void grow(int bytes) {
    consumedSinceGrowth += bytes;
    if (consumedSinceGrowth < capacity || capacity >= limits.receiveWindowBytes()) {
      return;
    }
    consumedSinceGrowth = 0;
    int more = Math.min(capacity, limits.receiveWindowBytes() - capacity);
    if (budget.reserveMore(more)) {
      capacity += more;
    }
  }

  void acknowledgeNow() {
    ackNow = true;
  }

  /** Whether an acknowledgment should leave without waiting for company. */
  boolean owesAcknowledgment(long nowNanos) {
    return ackNow || ackDeadlineNanos <= nowNanos;
  }

  @Override
  public String toString() {
    return String.format(
        "next=%d window=%d capacity=%d unconsumed=%d early=%s",
        Integer.toUnsignedLong(next), edge - next, capacity, unconsumed, !early.isEmpty());
  }
}
