package lockstep.tools.chaos;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether VMMs' logs show that a replica was taken for dead because it was late: a host that gives
 * a VMM no time breaks a pair, with no fault of ours, and the guest goes on.
 *
 * <p>Both must be there, and close to each other: who says that the other was silent, and who says
 * that it was late itself, for a good part of that silence. A silence that nobody's lateness
 * explains is no false alarm: something was not sent that had to be.
 */
final class FalseAlarms {
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);
  private static final Duration LATE_WITHIN = Duration.ofSeconds(3);

  /** Where a line does not say after how long: nobody is taken for dead sooner. */
  private static final long SILENCE_MILLIS_MIN = 150;

  private static final Pattern SILENT =
      Pattern.compile("^(\\S+Z) .* why=\"[^\"]* is silent(?: for ([0-9]{1,9}) ms)?\"");
  private static final Pattern LATE =
      Pattern.compile("^(\\S+Z) .* late thread=\\S+ millis=([0-9]{1,9}) ");

  private record Seen(Instant at, long millis) {
    private boolean isWithin(Duration distance, Instant of) {
      return Duration.between(at, of).abs().compareTo(distance) <= 0;
    }
  }

  private FalseAlarms() {}

  /** Whether a line may say something about it. */
  static boolean matters(String line) {
    return line.contains(" late thread=") || line.contains(" is silent");
  }

  /**
   * Whether a VMM that has lost its pair has lost it so.
   *
   * @param ended when it had ended
   * @param lines of the logs of all VMMs
   */
  static boolean explain(Instant ended, List<String> lines) {
    List<Seen> late = seen(LATE, lines);
    return seen(SILENT, lines).stream()
        .filter(silence -> !silence.at.isAfter(ended) && silence.isWithin(ENDS_WITHIN, ended))
        .anyMatch(
            silence ->
                late.stream()
                    .anyMatch(
                        one ->
                            one.millis >= silence.millis / 2
                                && one.isWithin(LATE_WITHIN, silence.at)));
  }

  private static List<Seen> seen(Pattern pattern, List<String> lines) {
    List<Seen> seen = new ArrayList<>();
    for (String line : lines) {
      Matcher parts = pattern.matcher(line);
      if (parts.find()) {
        String millis = parts.group(2);
        seen.add(
            new Seen(
                Instant.parse(parts.group(1)),
                millis == null ? SILENCE_MILLIS_MIN : Long.parseLong(millis)));
      }
    }
    return seen;
  }
}
