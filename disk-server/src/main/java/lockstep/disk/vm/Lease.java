package lockstep.disk.vm;

import lockstep.ft.arbiter.ArbiterRules;

/**
 * The lease of one VM's live replica, as its arbiter counts it: in time during which the arbiter
 * was up and running. May be read on any thread; the arbiter's own looks at its clock, so that it
 * is noticed when that one stands still.
 */
final class Lease {
  private final ArbiterRules rules;
  private long endNanos;
  private long lookedAtNanos;

  /** A full one. */
  Lease(ArbiterRules rules, long nowNanos) {
    this.rules = rules;
    this.endNanos = rules.leaseAtStart(nowNanos);
    this.lookedAtNanos = nowNanos;
  }

  /** The arbiter looks at its clock; tells when the lease ends. */
  synchronized long look(long nowNanos) {
    endNanos = rules.leaseOnLooking(endNanos, lookedAtNanos, nowNanos);
    if (nowNanos - lookedAtNanos > 0) {
      lookedAtNanos = nowNanos;
    }
    return endNanos;
  }

  /** A decision has made it end at another time. */
  synchronized void endsAt(long decidedNanos) {
    endNanos = decidedNanos;
  }

  /** What the arbiter would hear if it looked now. */
  synchronized long endNanos(long nowNanos) {
    return rules.leaseOnLooking(endNanos, lookedAtNanos, nowNanos);
  }
}
