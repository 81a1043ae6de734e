package lockstep.ft.core;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The live replica's lease, counted on its own monotonic clock from when it <em>sent</em> what the
 * arbiter answered. When it is over, less a margin, outputs stop until it is renewed: by then the
 * arbiter may have let somebody start the guest anew.
 */
final class LeaseGuard {
  private static final int RENEWALS_PER_LEASE = 4;

  /** A renewal that is not answered is repeated so often. */
  private static final int ATTEMPTS_PER_LEASE = 16;

  private static final int RENEWALS_OPEN_MAX = 16;

  private record Renewal(long sequence, long sentAtNanos) {}

  private final long marginNanos;
  private final ArrayDeque<Renewal> open = new ArrayDeque<>();
  private long lengthNanos;
  private long endNanos;
  private long nextRenewalNanos;
  private long sequence;

  /**
   * A lease that came with a grant.
   *
   * @param askedAtNanos when the request was first sent
   */
  LeaseGuard(long marginNanos, long askedAtNanos, long leaseMillis) {
    this.marginNanos = marginNanos;
    this.endNanos = askedAtNanos;
    extend(askedAtNanos, leaseMillis);
  }

  /** Another grant came with a full lease. */
  void granted(long askedAtNanos, long leaseMillis) {
    extend(askedAtNanos, leaseMillis);
  }

  /** Whether outputs may leave. */
  boolean holds(long nowNanos) {
    return endNanos - marginNanos - nowNanos > 0;
  }

  /**
   * For how long its holder may stand still and be sure to renew it in time: half of what is left.
   */
  long standstillNanosMax(long nowNanos) {
    return Math.max(0, (endNanos - marginNanos - nowNanos) / 2);
  }

  boolean renewalDue(long nowNanos) {
    return nextRenewalNanos - nowNanos <= 0;
  }

  long nextRenewalNanos() {
    return nextRenewalNanos;
  }

  /** Returns the sequence number to renew with, and remembers when it was sent. */
  long renewalSent(long nowNanos) {
    if (open.size() == RENEWALS_OPEN_MAX) {
      open.removeFirst();
    }
    open.addLast(new Renewal(++sequence, nowNanos));
    nextRenewalNanos = nowNanos + lengthNanos / ATTEMPTS_PER_LEASE;
    return sequence;
  }

  void renewed(long answeredSequence, long leaseMillis) {
    for (Renewal renewal : open) {
      if (renewal.sequence == answeredSequence) {
        extend(renewal.sentAtNanos, leaseMillis);
      }
    }
    open.removeIf(renewal -> renewal.sequence <= answeredSequence);
  }

  private void extend(long fromNanos, long leaseMillis) {
    lengthNanos = TimeUnit.MILLISECONDS.toNanos(leaseMillis);
    if (fromNanos + lengthNanos - endNanos > 0) {
      endNanos = fromNanos + lengthNanos;
    }
    nextRenewalNanos = fromNanos + lengthNanos / RENEWALS_PER_LEASE;
  }
}
