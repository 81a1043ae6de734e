package lockstep.tools.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How often the guest was started from its disk, as its live replica tells: once more for a double
 * failure, and never for anything else.
 */
final class Generations {
  private OptionalLong last = OptionalLong.empty();
  private final List<String> complaints = new ArrayList<>();

  /**
   * A live replica was asked.
   *
   * @param rise by how much the generation had to rise since the last time
   * @param since what has happened since then
   */
  void note(long generation, int rise, String since) {
    if (last.isPresent() && generation != last.getAsLong() + rise) {
      complaints.add(
          "the guest was started anew %d times instead of %d: %s"
              .formatted(generation - last.getAsLong(), rise, since));
    }
    last = OptionalLong.of(generation);
  }

  /** What was not as it must be. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }
}
