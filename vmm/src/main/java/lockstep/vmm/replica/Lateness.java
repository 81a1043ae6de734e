package lockstep.vmm.replica;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a thread which comes round every few milliseconds was late, by about as much as a
 * peer bears before it takes this replica for dead, and tells it in the log with what the thread
 * had of the host meanwhile. Waiting for a processor: the host is busy. On one all the time: what
 * it did took so long. Neither: it slept, or was blocked, by a lock, a stop of the whole JVM or the
 * process, or a file. For one thread.
 */
final class Lateness {
  private static final Logger log = LoggerFactory.getLogger(Lateness.class);

  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What the thread has had is looked at so often, for looking is a system call or three. */
  private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What is not worse than what was told last is not told for so long. */
  private static final long TOLD_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String thread;
  private final Supplier<SchedulerTimes> times;
  private final Consumer<String> told;
  private SchedulerTimes sample;
  private long sampledAtNanos;
  private long lookedAtNanos;
  private long toldAtNanos;
  private long gapToldNanos;

  /** Of the thread that calls it, which is the one that looks from now on. */
  static Lateness ofThisThread(String thread, long nowNanos) {
    return new Lateness(thread, nowNanos, SchedulerTimes::ofThisThread, log::info);
  }

  Lateness(String thread, long nowNanos, Supplier<SchedulerTimes> times, Consumer<String> told) {
    this.thread = thread;
    this.times = times;
    this.told = told;
    this.sample = times.get();
    this.sampledAtNanos = nowNanos;
    this.lookedAtNanos = nowNanos;
  }

  /**
   * The thread comes round.
   *
   * @param during what it has done since, for people; asked only if it is late
   */
  void look(long nowNanos, Supplier<String> during) {
    long gap = nowNanos - lookedAtNanos;
    lookedAtNanos = nowNanos;
    if (gap < LATE_NANOS && nowNanos - sampledAtNanos < SAMPLE_NANOS) {
      return;
    }
    SchedulerTimes now = times.get();
    boolean isNews = gap > gapToldNanos || nowNanos - toldAtNanos > TOLD_NANOS;
    if (gap >= LATE_NANOS && isNews) {
      toldAtNanos = nowNanos;
      gapToldNanos = gap;
      told.accept(
          "late thread=%s millis=%d of-the-last-millis=%d on-cpu=%d waiting-for-cpu=%d%s"
              .formatted(
                  thread,
                  millis(gap),
                  millis(nowNanos - sampledAtNanos),
                  millis(now.ranNanos() - sample.ranNanos()),
                  millis(now.waitedNanos() - sample.waitedNanos()),
                  during.get()));
    }
    sample = now;
    sampledAtNanos = nowNanos;
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
