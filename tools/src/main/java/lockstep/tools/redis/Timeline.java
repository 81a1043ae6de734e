package lockstep.tools.redis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How many answers came in each stretch of time, drawn as one line of bars. */
public final class Timeline {
  private static final String BARS = " ▁▂▃▄▅▆▇█";

  private final List<Long> answers = new ArrayList<>();

  /** Adds the next stretch. */
  public void add(long answersInStretch) {
    answers.add(answersInStretch);
  }

  /** A character a stretch: a blank where nothing was answered, a full block where most was. */
  @Override
  public String toString() {
    long most = answers.isEmpty() ? 0 : Collections.max(answers);
    StringBuilder line = new StringBuilder();
    for (long count : answers) {
      int height =
          count == 0 ? 0 : (int) Math.max(1, Math.round((BARS.length() - 1.0) * count / most));
      line.append(BARS.charAt(height));
    }
    return line.toString();
  }
}
