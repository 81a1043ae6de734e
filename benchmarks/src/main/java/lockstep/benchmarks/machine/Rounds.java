package lockstep.benchmarks.machine;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lockstep.vmm.machine.elf.BareMachine;
import lockstep.vmm.machine.elf.BareMachine.Result;
import lockstep.vmm.machine.hart.UnitCompiler;

/**
 * The rounds of a kernel on one machine, in CPU time of the guest's thread.
 *
 * <p>Between two rounds the JVM's compilers are given the time to end what they have begun, so that
 * it is few rounds until everything is compiled, however busy the host is. What runs is not changed
 * by that.
 */
final class Rounds {
  private static final long RAM_BYTES = 128 << 20;
  private static final long STEPS_MAX = 8_000_000_000L;
  private static final long POLL_MILLIS = 20;
  private static final int POLLS_QUIET = 4;
  private static final int POLLS_MAX = 100;
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  /** By half of them, everything is compiled. */
  static final int COUNT = 8;

  private final List<Long> nanos = new ArrayList<>();
  private final List<Long> positions = new ArrayList<>();
  private final BareMachine machine;
  private long beganNanos;
  private long beganPosition;

  private Rounds(BareMachine machine) {
    this.machine = machine;
  }

  /** Runs the kernel's rounds to their end. */
  static Rounds run(byte[] elf, UnitCompiler compiler) throws InterruptedException {
    return run(elf, compiler, STEPS_MAX);
  }

  /** The same with a stop every so many steps. */
  static Rounds run(byte[] elf, UnitCompiler compiler, long stepsToStop)
      throws InterruptedException {
    Rounds rounds = new Rounds(new BareMachine(elf, RAM_BYTES, compiler));
    rounds.run(stepsToStop);
    return rounds;
  }

  private void run(long stepsToStop) throws InterruptedException {
    beganNanos = cpuNanos();
    Result result = new Result.OutOfSteps(0);
    while (result instanceof Result.OutOfSteps && machine.machine().position() < STEPS_MAX) {
      result = machine.run(machine.machine().position() + stepsToStop, _ -> roundEnded());
    }
    if (!(result instanceof Result.Exited exited && exited.code() == 0)) {
      throw new IllegalStateException("did not pass: " + result);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void roundEnded() {
    nanos.add(cpuNanos() - beganNanos);
    positions.add(machine.machine().position() - beganPosition);
    awaitCompilers();
    beganPosition = machine.machine().position();
    beganNanos = cpuNanos();
  }

  /** Until they have done nothing for a while. */
  private static void awaitCompilers() {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    long before = -1;
    int quiet = 0;
    for (int i = 0; i < POLLS_MAX && quiet < POLLS_QUIET; i++) {
      long now = compilers.getTotalCompilationTime();
      quiet = now == before ? quiet + 1 : 0;
      before = now;
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static long cpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadCpuTime();
  }

  /** Steps of one round, if steps are counted. */
  long steps() {
    return positions.getLast();
  }

  double firstSeconds() {
    return nanos.getFirst() / NANOS_PER_SECOND;
  }

  /** The best round of the later half. */
  double steadySeconds() {
    List<Long> later = nanos.subList(nanos.size() / 2, nanos.size());
    return later.stream().mapToLong(Long::longValue).min().orElseThrow() / NANOS_PER_SECOND;
  }
}
