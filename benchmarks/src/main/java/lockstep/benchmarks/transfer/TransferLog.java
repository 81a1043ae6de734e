package lockstep.benchmarks.transfer;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a VMM's log tells of its last state transfer that came to its end. */
final class TransferLog {
  private static final String BEGAN = " transfer=began ";
  private static final String CUT = " transfer=cut ";

  private TransferLog() {}

  /** From the last beginning before the last cut to that cut; empty if there was no cut. */
  static Optional<Duration> lastDuration(List<String> lines) {
    Optional<Instant> cut = Optional.empty();
    for (String line : lines.reversed()) {
      if (cut.isEmpty() && line.contains(CUT)) {
        cut = Optional.of(at(line));
      } else if (cut.isPresent() && line.contains(BEGAN)) {
        return Optional.of(Duration.between(at(line), cut.get()));
      }
    }
    return Optional.empty();
  }

  /** A line begins with its time. */
  private static Instant at(String line) {
    return Instant.parse(line.substring(0, line.indexOf(' ')));
  }
}
