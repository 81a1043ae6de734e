package lockstep.vmm.compiler;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Bounds what the JVM's compilers may take from the host for a guest's code. A unit costs them some
 * 50 ms, and a guest that starts, or whose work changes, has hundreds that are hot: unbounded, they
 * would take a core for half a minute, from this guest and from a peer that has to keep up with it.
 * The hottest come first, because what is refused has to become hot again.
 */
final class CompileBudget {
  /** Of one core, in the long run: two replicas may share two of them with all else. */
  private static final double SHARE = 0.15;

  /** What may be saved up for a change of the guest's work. */
  private static final double SAVED_MILLIS_MAX = 500;

  private final CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
  private double millisLeft = SAVED_MILLIS_MAX;
  private long spentBeforeMillis = compilers.getTotalCompilationTime();
  private long beforeNanos = System.nanoTime();

  /** Whether another unit may be compiled now. */
  boolean allows() {
    long nowNanos = System.nanoTime();
    long spentMillis = compilers.getTotalCompilationTime();
    double passedMillis = (nowNanos - beforeNanos) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    millisLeft += SHARE * passedMillis - (spentMillis - spentBeforeMillis);
    millisLeft = Math.min(millisLeft, SAVED_MILLIS_MAX);
    beforeNanos = nowNanos;
    spentBeforeMillis = spentMillis;
    return millisLeft > 0;
  }
}
