package lockstep.benchmarks.detection;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a VMM's log tells of its having missed its primary. */
final class RoleLog {
  private static final String SEALED = " role=BACKUP->SEALED ";

  private RoleLog() {}

  /** When it last sealed its log, for it took its primary for dead; empty if it has not. */
  static Optional<Instant> lastSealedAt(List<String> lines) {
    return lines.reversed().stream()
        .filter(line -> line.contains(SEALED))
        .findFirst()
        .map(line -> Instant.parse(line.substring(0, line.indexOf(' '))));
  }
}
