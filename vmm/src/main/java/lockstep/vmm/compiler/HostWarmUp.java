package lockstep.vmm.compiler;

import java.util.concurrent.TimeUnit;
import lockstep.vmm.machine.hart.CompiledUnit;
import lockstep.vmm.machine.hart.UnitContext;

/**
 * Has the JVM compile a unit before the guest's thread meets it: bytecode that the JVM only
 * interprets is slower than our own interpreter. There is no way to ask for that or to see it but
 * to call the unit, for nothing, until a call takes a fraction of what it took at first.
 */
final class HostWarmUp {
  /** Enough for the JVM to consider the method (Tier3InvocationThreshold is 200). */
  private static final int CALLS_FIRST = 256;

  private static final int CALLS_A_PROBE = 16;

  /** All within the calls that the JVM certainly interprets. */
  private static final int PROBES_INTERPRETED = 4;

  /** How much quicker native code returns, at the least. */
  private static final int SPEED_UP = 3;

  /** On a busy host the JVM's compilers take their time; nobody waits for this. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final UnitContext context = UnitContext.ofIdleHart();

  void awaitNativeCode(CompiledUnit unit) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    long interpretedNanos = Long.MAX_VALUE;
    for (int i = 0; i < PROBES_INTERPRETED; i++) {
      interpretedNanos = Math.min(interpretedNanos, call(unit, CALLS_A_PROBE));
    }
    call(unit, CALLS_FIRST);
    try {
      while (call(unit, CALLS_A_PROBE) * SPEED_UP > interpretedNanos
          && System.nanoTime() < deadline) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how long it took, in nanoseconds. */
  private long call(CompiledUnit unit, int times) {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      unit.runGuest(context, 0, 0);
    }
    return System.nanoTime() - start;
  }
}
