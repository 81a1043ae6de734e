package lockstep.vmm.compiler;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Bounds what the JVM's compilers may take from the host for a guest's code. A guest that starts,
 * or whose work changes, has hundreds of units that are hot: unbounded, they would take a core for
 * many seconds, from this guest and from a peer that has to keep up with it. The hottest come
 * first, because what is refused has to become hot again.
 *
 * <p>A small share of a core is always granted, and half of what the host's cores idle away. More
 * than that slows a guest under load for as long as it takes to warm up, where it shares two cores
 * with its clients. What a unit costs is estimated, rather high, from its size: the JVM's own
 * account of its compilers' time is of all that they compile, the VMM's own code too, and of their
 * waiting for a core.
 *
 * <p>Thread-safe: the guest's thread asks, the compiler's spends.
 */
final class CompileBudget {
  /** Of one core, at least: two replicas may share two of them with all else. */
  private static final double SHARE_MIN = 0.15;

  /** Of what is idle: a peer on the same host may see it, too. */
  private static final double SHARE_OF_IDLE = 0.5;

  /** What may be saved up for a change of the guest's work. */
  private static final double SAVED_MILLIS_MAX = 500;

  /** What C1 and C2 take for a byte of a unit's class file. */
  private static final double MILLIS_A_BYTE = 0.008;

  /** How often to look at the host. */
  private static final double LOOK_MILLIS = 200;

  private final DoubleSupplier idleCores;
  private double share = SHARE_MIN;
  private double millisLeft = SAVED_MILLIS_MAX;
  private long lookedNanos;
  private long beforeNanos;

  /**
   * @param idleCores how many of the host's cores were idle, on average, since it was last asked
   */
  CompileBudget(DoubleSupplier idleCores, long nowNanos) {
    this.idleCores = idleCores;
    lookedNanos = nowNanos;
    beforeNanos = nowNanos;
  }

  /** Whether another unit may be compiled now. */
  synchronized boolean allows(long nowNanos) {
    double sinceLookMillis = millis(nowNanos - lookedNanos);
    if (sinceLookMillis >= LOOK_MILLIS) {
      share = Math.clamp(SHARE_OF_IDLE * idleCores.getAsDouble(), SHARE_MIN, 1);
      lookedNanos = nowNanos;
    }
    millisLeft = Math.min(millisLeft + share * millis(nowNanos - beforeNanos), SAVED_MILLIS_MAX);
    beforeNanos = nowNanos;
    return millisLeft > 0;
  }

  /** A unit is going to be compiled. */
  synchronized void spend(int classFileBytes) {
    millisLeft -= MILLIS_A_BYTE * classFileBytes;
  }

  private static double millis(long nanos) {
    return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }
}
