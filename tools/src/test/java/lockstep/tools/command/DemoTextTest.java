package lockstep.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import lockstep.tools.redis.IncrementLoad;
import lockstep.tools.redis.Timeline;
import org.junit.jupiter.api.Test;

final class DemoTextTest {
  private static final Duration STRETCH = Duration.ofMillis(100);

  @Test
  void tellsWhatTheClientSaw() {
    Timeline timeline = new Timeline();
    timeline.add(8);
    timeline.add(0);
    timeline.add(4);
    assertEquals(
        """

        Answers per 100 ms:
          |█ ▄|

        What the client saw:
          acknowledged increments   1,234
          of these lost             0
          applied twice             0
          the connection            the same from start to end
          the longest pause         321 ms
        """,
        DemoText.of(new IncrementLoad.Result(1_234, 0, 0, "", 320_600_000L), timeline, STRETCH));
  }

  @Test
  void aConnectionThatEndedIsNotHidden() {
    String text =
        DemoText.of(
            new IncrementLoad.Result(5, 1, 2, "Connection reset", 0), new Timeline(), STRETCH);
    assertTrue(text.contains("the connection            ended: Connection reset\n"), text);
    assertTrue(text.contains("of these lost             1\n"), text);
    assertTrue(text.contains("applied twice             2\n"), text);
  }
}
