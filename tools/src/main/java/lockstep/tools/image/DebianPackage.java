package lockstep.tools.image;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A package of the archive, as apt's signed index names it.
 *
 * @param fileName {@code name_version_architecture.deb}, a colon in the version as {@code %3a}
 * @param sizeBytes of the file
 * @param sha256 of the file, 64 hexadecimal digits
 */
record DebianPackage(
    String name,
    String version,
    String architecture,
    String fileName,
    long sizeBytes,
    String sha256) {

  /** A line of {@code apt-get --print-uris} with {@code Acquire::ForceHash=SHA256}. */
  private static final Pattern URI_LINE =
      Pattern.compile("'\\S+' (([^_ ]+)_([^_ ]+)_([^_ ]+)\\.deb) (\\d+) SHA256:([0-9a-f]{64})");

  static Optional<DebianPackage> ofUriLine(String line) {
    Matcher match = URI_LINE.matcher(line.strip());
    if (!match.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new DebianPackage(
            match.group(2),
            match.group(3).replace("%3a", ":"),
            match.group(4),
            match.group(1),
            Long.parseLong(match.group(5)),
            match.group(6)));
  }
}
