package lockstep.vmm.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lockstep.vmm.machine.hart.CompiledUnit;
import lockstep.vmm.machine.hart.UnitCompiler.Result;
import lockstep.vmm.machine.hart.UnitContext;

/**
 * Has the JVM compile units before the guest's thread meets them: bytecode that the JVM only
 * interprets is slower than our own interpreter. There is no way to ask for that or to see it but
 * to call a unit, for nothing, until a call takes a fraction of what it took at first. Several are
 * under way at a time, so that the JVM's compilers need not wait for us.
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
  private final List<Warming> underWay = new ArrayList<>();

  /** A unit that the JVM has been made to consider. */
  private record Warming(
      Result result, CompiledUnit unit, long interpretedNanos, long deadlineNanos) {}

  /** Has the unit compiled from now on. */
  void begin(Result result, CompiledUnit unit) {
    long interpretedNanos = Long.MAX_VALUE;
    for (int i = 0; i < PROBES_INTERPRETED; i++) {
      interpretedNanos = Math.min(interpretedNanos, call(unit, CALLS_A_PROBE));
    }
    call(unit, CALLS_FIRST);
    underWay.add(new Warming(result, unit, interpretedNanos, System.nanoTime() + PATIENCE_NANOS));
  }

  /** Hands over what has become native code. */
  void poll(Consumer<Result> ready) {
    underWay.removeIf(
        each -> {
          boolean done =
              call(each.unit, CALLS_A_PROBE) * SPEED_UP <= each.interpretedNanos
                  || System.nanoTime() - each.deadlineNanos > 0;
          if (done) {
            ready.accept(each.result);
          }
          return done;
        });
  }

  boolean isDone() {
    return underWay.isEmpty();
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
