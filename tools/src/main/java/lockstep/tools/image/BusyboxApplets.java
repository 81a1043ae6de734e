package lockstep.tools.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands that a busybox has, read from the program itself: it keeps their names as a sorted
 * table of NUL-terminated strings that begins with {@code [} and ends with an empty one. Asking it
 * ({@code busybox --list}) would need emulation.
 */
final class BusyboxApplets {
  private static final String TABLE_START = "[\0[[\0";

  /** What every busybox that can carry a guest has. */
  private static final List<String> NEEDED = List.of("init", "insmod", "ip", "mount", "sh");

  private BusyboxApplets() {}

  /**
   * @throws ImageException where the program has no such table, or lacks what a guest needs
   */
  static List<String> of(byte[] busybox) throws ImageException {
    String text = new String(busybox, StandardCharsets.ISO_8859_1);
    int start = text.indexOf(TABLE_START);
    List<String> names = new ArrayList<>();
    for (int at = start; start >= 0 && at < text.length(); ) {
      int end = text.indexOf('\0', at);
      if (end <= at) {
        break;
      }
      names.add(text.substring(at, end));
      at = end + 1;
    }
    if (!names.containsAll(NEEDED)) {
      throw new ImageException("this busybox lacks some of " + NEEDED);
    }
    return List.copyOf(names);
  }
}
