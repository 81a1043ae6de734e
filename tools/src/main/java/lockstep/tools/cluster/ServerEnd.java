package lockstep.tools.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How one process of a server has ended, as whoever had started it saw it: a line of {@link
 * StateDirectory#endsFile}.
 *
 * @param at when that was seen
 * @param exitCode 128 and the signal's number, if a signal has ended it
 * @param lastWords the line of its log that says most about why; empty if it has said nothing
 */
public record ServerEnd(Instant at, String server, long pid, int exitCode, String lastWords) {
  private static final Pattern LINE =
      Pattern.compile("(\\S+) (\\S+) pid=([0-9]{1,18}) exit-code=([0-9]{1,9}) ?(.*)");

  private static final int WORDS_MAX = 400;

  /** What a server says of its end; other threads may say something behind it. */
  private static final Pattern TELLING =
      Pattern.compile(
          " halted reason=|java\\.lang\\.OutOfMemoryError|the guest's thread failed|^lockstep: ");

  /**
   * Of the last lines of its log.
   *
   * @return the last one that tells of an end, or else the last one
   */
  static String lastWords(List<String> lines) {
    String words =
        lines.reversed().stream()
            .filter(line -> TELLING.matcher(line).find())
            .findFirst()
            .orElse(lines.isEmpty() ? "" : lines.getLast());
    return words
        .substring(0, Math.min(words.length(), WORDS_MAX))
        .strip(); // a stack trace is longer
  }

  String line() {
    return "%s %s pid=%d exit-code=%d %s%n".formatted(at, server, pid, exitCode, lastWords);
  }

  static ServerEnd parse(String line) throws IOException {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new IOException("not the end of a server: " + line);
    }
    try {
      return new ServerEnd(
          Instant.parse(parts.group(1)),
          parts.group(2),
          Long.parseLong(parts.group(3)),
          Integer.parseInt(parts.group(4)),
          parts.group(5));
    } catch (DateTimeParseException e) {
      throw new IOException("not the end of a server: " + line, e);
    }
  }

  /** All that {@code file} tells of, in the order in which they were seen. */
  public static List<ServerEnd> all(Path file) throws IOException {
    List<ServerEnd> ends = new ArrayList<>();
    try {
      String text = Files.readString(file);
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
        ends.add(parse(line)); // the last one may be being written
      }
    } catch (NoSuchFileException _) {
      // none has ended yet
    }
    return ends;
  }
}
