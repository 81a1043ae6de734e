package lockstep.ft.transfer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lockstep.ft.log.LogChannelMessage.TransferPages;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.PagedMemory;

/**
 * The sending end of a state transfer: which pages go next, and when so few are left that the guest
 * may be stopped for the rest.
 *
 * <p>Round 1 sends every page that is not all zero, each further one what has changed since the one
 * before began. A round ends when the other end has taken all of it. If what has changed by then is
 * little, it is the <em>cut</em>: these pages, as they are at this position, complete the memory of
 * this position. Otherwise it is the next round; after {@link TransferLimits#roundsMax} of them the
 * guest is slowed, more and more, so that the rounds shrink. It is slowed too, for the rest of the
 * transfer, each time that {@link #slowDown} says that something beside the pages holds up the cut.
 */
public final class TransferSource {
  /** Pages looked at in one go, at most; most of them may be zero and cost only the look. */
  private static final int PAGES_LOOKED_AT_MAX = 2048;

  /** For each page sent so many are hashed, for they change meanwhile. */
  private static final int HASHED_PER_SENT = 2;

  /** Time not used for sending may be made up for, so much of it. */
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final double SPEED_MIN = 1.0 / 1024;

  /** What comes next. */
  public sealed interface Step {
    record Send(TransferPages pages) implements Step {}

    /** The guest stands at the position of the cut: all that is left of its memory. */
    record Cut(List<TransferPages> rest) implements Step {}

    /** Nothing, before {@link #deadlineNanos} or another event. */
    record Wait() implements Step {}
  }

  private final DeterministicMachine machine;
  private final PagedMemory memory;
  private final TransferLimits limits;
  private final BitSet pending;

  /** Pages that are not zero at the other end. */
  private final BitSet notZeroThere;

  private int round = 1;
  private int slowdowns;
  private int nextPage;
  private long bytesSent;
  private long bytesTaken;
  private long pagesSent;
  private long sendAtNanos;

  public TransferSource(DeterministicMachine machine, TransferLimits limits, long nowNanos) {
    this.machine = machine;
    this.memory = machine.pages();
    this.limits = limits;
    this.pending = new BitSet(memory.pageCount());
    this.notZeroThere = new BitSet(memory.pageCount());
    this.sendAtNanos = nowNanos + limits.delayNanos();
    memory.takeChanged(pending::set);
  }

  /**
   * Decides what comes next; the guest stands still meanwhile.
   *
   * @param mayCut whether a cut could be followed up now
   */
  public Step next(long nowNanos, boolean mayCut) {
    if (unackedBytes() > limits.unackedBytesMax() || sendAtNanos - nowNanos > 0) {
      return new Step.Wait();
    }
    if (pending.isEmpty()) {
      if (!awaitsCut() || !mayCut) {
        return new Step.Wait();
      }
      beginRound();
      if (pending.cardinality() <= limits.cutPagesMax()) {
        return new Step.Cut(rest(nowNanos));
      }
    }
    // A guest that has run alone was never hashed: not all at once when the round ends.
    memory.hashSome(HASHED_PER_SENT * limits.pagesPerMessage());
    List<PagedMemory.Contents> batch = batch();
    return batch.isEmpty() ? new Step.Wait() : new Step.Send(message(batch, nowNanos));
  }

  /** Whether the other end has all that was to be sent of this round. */
  public boolean awaitsCut() {
    return pending.isEmpty() && unackedBytes() == 0;
  }

  /** The cut is held up by what the guest does: it gets half of its speed. */
  public void slowDown() {
    slowdowns++;
  }

  private void beginRound() {
    // Hashing now what has changed since keeps it short at the cut.
    var _ = machine.hash();
    memory.takeChanged(pending::set);
    nextPage = 0;
    round++;
  }

  private List<PagedMemory.Contents> batch() {
    List<PagedMemory.Contents> batch = new ArrayList<>();
    for (int i = 0; i < PAGES_LOOKED_AT_MAX && batch.size() < limits.pagesPerMessage(); i++) {
      int page = pending.nextSetBit(nextPage);
      if (page < 0) {
        break;
      }
      pending.clear(page);
      nextPage = page + 1;
      PagedMemory.Contents contents = memory.readPage(page);
      boolean isZero = contents.contents().length() == 0;
      if (!isZero || notZeroThere.get(page)) {
        batch.add(contents);
      }
      notZeroThere.set(page, !isZero);
    }
    return batch;
  }

  private List<TransferPages> rest(long nowNanos) {
    List<TransferPages> rest = new ArrayList<>();
    while (!pending.isEmpty()) {
      List<PagedMemory.Contents> batch = batch();
      if (!batch.isEmpty()) {
        rest.add(message(batch, nowNanos));
      }
    }
    return rest;
  }

  private TransferPages message(List<PagedMemory.Contents> batch, long nowNanos) {
    TransferPages message = new TransferPages(batch);
    long bytes = message.sizeBytes();
    bytesSent += bytes;
    pagesSent += batch.size();
    long earliest = nowNanos - BURST_NANOS;
    long from = sendAtNanos - earliest > 0 ? sendAtNanos : earliest;
    sendAtNanos =
        from
            + (long)
                ((double) bytes * TimeUnit.SECONDS.toNanos(1) / limits.bandwidthBytesPerSecond());
    return message;
  }

  /**
   * The other end has taken so much, all in all.
   *
   * @return whether that can be
   */
  public boolean taken(long bytes) {
    bytesTaken = Math.max(bytesTaken, bytes);
    return bytes <= bytesSent;
  }

  private long unackedBytes() {
    return bytesSent - bytesTaken;
  }

  /** The share of its speed that the guest may have. */
  public double speed() {
    int late = Math.max(0, round - limits.roundsMax()) + slowdowns;
    return Math.max(SPEED_MIN, Math.scalb(1.0, -late));
  }

  /** When {@link #next} should be asked, if nothing happens before. */
  public long deadlineNanos() {
    boolean waitsForPeer =
        unackedBytes() > limits.unackedBytesMax() || (pending.isEmpty() && unackedBytes() > 0);
    return waitsForPeer ? Long.MAX_VALUE : sendAtNanos;
  }

  /** The transfer is complete, or given up. */
  public void end() {
    memory.endTransfer();
  }

  public TransferProgress progress() {
    return new TransferProgress(
        round, bytesSent, pagesSent, pending.cardinality(), awaitsCut(), false, 0);
  }
}
