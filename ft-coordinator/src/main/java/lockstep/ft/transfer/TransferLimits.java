package lockstep.ft.transfer;

import java.util.concurrent.TimeUnit;

/**
 * Bounds of a state transfer.
 *
 * @param bandwidthBytesPerSecond pages are sent no faster
 * @param delayNanos nothing is sent for so long from the begin: that is most often just after a
 *     failover, when the guest's clients, who have waited, need the host more
 * @param unackedBytesMax pages sent and not taken yet
 * @param pagesPerMessage sent together, at most; one message an event, so that the guest goes on
 * @param cutPagesMax with so few pages left, the guest is stopped for the rest
 * @param roundsMax after so many rounds, each further one halves the guest's speed
 * @param cutStateBytesMax disk requests open, writes kept and outputs waiting that the cut may
 *     carry, because they are sent while the guest stands still; while there is more, the guest is
 *     slowed instead of cut
 */
public record TransferLimits(
    long bandwidthBytesPerSecond,
    long delayNanos,
    long unackedBytesMax,
    int pagesPerMessage,
    int cutPagesMax,
    int roundsMax,
    long cutStateBytesMax) {

  /** What production uses. */
  public static final TransferLimits DEFAULT =
      new TransferLimits(
          200_000_000, TimeUnit.MILLISECONDS.toNanos(200), 4L << 20, 64, 512, 6, 8L << 20);

  /** The same with another bandwidth. */
  public TransferLimits withBandwidth(long bytesPerSecond) {
    return new TransferLimits(
        bytesPerSecond,
        delayNanos,
        unackedBytesMax,
        pagesPerMessage,
        cutPagesMax,
        roundsMax,
        cutStateBytesMax);
  }

  public TransferLimits {
    if (bandwidthBytesPerSecond <= 0 || pagesPerMessage <= 0 || cutPagesMax < 0) {
      throw new IllegalArgumentException("a transfer that never ends");
    }
  }
}
