package lockstep.vmm.compiler;

import java.util.concurrent.TimeUnit;
import lockstep.vmm.machine.hart.CompiledUnit;
import lockstep.vmm.machine.hart.UnitContext;

/**
 * Has the JVM compile a unit before the guest's thread meets it: bytecode that the JVM only
 * interprets is slower than our own interpreter. There is no way to ask for that or to see it but
 * to call the unit, for nothing, until a call has become quick.
 */
final class HostWarmUp {
  /** Enough for the JVM to consider the method (Tier3InvocationThreshold is 200). */
  private static final int CALLS_FIRST = 256;

  private static final int CALLS_A_PROBE = 16;
  private static final long NATIVE_CALL_NANOS_MAX = 250;
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final UnitContext context = UnitContext.ofNoHart();

  void awaitNativeCode(CompiledUnit unit) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    call(unit, CALLS_FIRST);
    try {
      while (call(unit, CALLS_A_PROBE) > CALLS_A_PROBE * NATIVE_CALL_NANOS_MAX
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
