package lockstep.ft.transfer;

/**
 * How far a state transfer is, as its source knows.
 *
 * @param round counts from 1
 * @param bytesSent of pages
 * @param pagesSent some more than once
 * @param pagesLeft of this round
 * @param isCut whether the guest has been stopped for the rest, and goes on
 * @param pauseNanos for how long, once that is known; otherwise 0
 */
public record TransferProgress(
    int round, long bytesSent, long pagesSent, int pagesLeft, boolean isCut, long pauseNanos) {

  /** The same, once the cut was made. */
  public TransferProgress cut(long pause) {
    return new TransferProgress(round, bytesSent, pagesSent, pagesLeft, true, pause);
  }
}
