package lockstep.vmm.replica;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a thread has had of the host since it began, as Linux tells; all 0 where it does not.
 *
 * @param ranNanos on a processor
 * @param waitedNanos for one
 */
record SchedulerTimes(long ranNanos, long waitedNanos) {
  private static final Path OF_THIS_THREAD = Path.of("/proc/thread-self/schedstat");
  private static final SchedulerTimes UNKNOWN = new SchedulerTimes(0, 0);

  static SchedulerTimes ofThisThread() {
    try {
      return parse(Files.readString(OF_THIS_THREAD));
    } catch (IOException _) {
      return UNKNOWN; // another system, or a kernel that does not count
    }
  }

  static SchedulerTimes parse(String schedstat) {
    String[] numbers = schedstat.strip().split(" ", -1);
    return numbers.length < 2
        ? UNKNOWN
        : new SchedulerTimes(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }
}
