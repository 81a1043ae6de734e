package lockstep.ft.transfer;

/**
 * How far a state transfer is, as its source knows.
 *
 * @param round counts from 1
 * @param bytesSent of pages
 * @param pagesSent some more than once
 * @param pagesLeft of this round
 * @param heldUp whether nothing is left of this round, and what is open or not flushed is too much
 *     for the cut: the guest is slowed until it is less
 * @param isCut whether the guest has been stopped for the rest, and goes on
 * @param pauseNanos for how long, once that is known; otherwise 0
 */
public record TransferProgress(
    int round,
    long bytesSent,
    long pagesSent,
    int pagesLeft,
    boolean heldUp,
    boolean isCut,
    long pauseNanos) {

  /** The same, once the cut was made. */
  public TransferProgress cut(long pause) {
    return new TransferProgress(round, bytesSent, pagesSent, pagesLeft, false, true, pause);
  }
}
