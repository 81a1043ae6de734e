package lockstep.tools.command;

import java.time.Duration;
import lockstep.tools.redis.IncrementLoad;
import lockstep.tools.redis.Timeline;

/** How the demo ends: what its client saw. */
final class DemoText {
  private static final double NANOS_PER_MILLI = 1e6;

  private DemoText() {}

  /**
   * @param stretch of time, for each of {@code timeline}'s bars
   */
  static String of(IncrementLoad.Result result, Timeline timeline, Duration stretch) {
    return """

        Answers per %d ms:
          |%s|

        What the client saw:
          acknowledged increments   %,d
          of these lost             %,d
          applied twice             %,d
          the connection            %s
          the longest pause         %.0f ms
        """
        .formatted(
            stretch.toMillis(),
            timeline,
            result.acknowledged(),
            result.lost(),
            result.repeated(),
            result.ended().isEmpty() ? "the same from start to end" : "ended: " + result.ended(),
            result.longestPauseNanos() / NANOS_PER_MILLI);
  }
}
