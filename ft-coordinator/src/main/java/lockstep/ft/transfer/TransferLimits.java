package lockstep.ft.transfer;

/**
 * Bounds of a state transfer.
 *
 * @param bandwidthBytesPerSecond pages are sent no faster
 * @param unackedBytesMax pages sent and not taken yet
 * @param pagesPerMessage sent together, at most; one message an event, so that the guest goes on
 * @param cutPagesMax with so few pages left, the guest is stopped for the rest
 * @param roundsMax after so many rounds, each further one halves the guest's speed
 */
public record TransferLimits(
    long bandwidthBytesPerSecond,
    long unackedBytesMax,
    int pagesPerMessage,
    int cutPagesMax,
    int roundsMax) {

  /** What production uses. */
  public static final TransferLimits DEFAULT =
      new TransferLimits(200_000_000, 4L << 20, 64, 512, 6);

  public TransferLimits {
    if (bandwidthBytesPerSecond <= 0 || pagesPerMessage <= 0 || cutPagesMax < 0) {
      throw new IllegalArgumentException("a transfer that never ends");
    }
  }
}
