package lockstep.tools.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The host's own apt sources, in both formats of sources.list(5), and the Debian mirror in them.
 */
final class AptSources {
  /**
   * One archive of a sources file.
   *
   * @param uri as written, without a final slash
   * @param suites for example {@code bookworm}, {@code bookworm-updates}
   * @param components for example {@code main}; empty for an exact path
   */
  record Entry(String uri, List<String> suites, List<String> components) {
    /** Whether this is the main Debian archive, which has every architecture of a release. */
    boolean isDebianArchive() {
      return KNOWN_METHOD.matcher(uri).lookingAt()
          && components.contains("main")
          && suites.stream().anyMatch(suite -> DEBIAN_SUITE.matcher(suite).matches());
    }
  }

  /**
   * Methods of apt that need nothing but apt itself. {@code
   * mirror+file:/etc/apt/mirrors/debian.list} and the like name a list of mirrors
   * (apt-transport-mirror(1)), as Debian's cloud images do.
   */
  private static final Pattern KNOWN_METHOD = Pattern.compile("(mirror\\+)?(https?|file):|mirror:");

  private static final Pattern DEBIAN_SUITE =
      Pattern.compile(
          "(bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable)"
              + "(-updates)?");

  /** {@code deb [options] uri suite components…}. */
  private static final Pattern ONE_LINE =
      Pattern.compile("deb\\s+(?:\\[[^]]*]\\s+)?(\\S+)\\s+(\\S+)\\s*([^#]*).*");

  private AptSources() {}

  /** The first Debian mirror among the files of {@code /etc/apt}, by name. */
  static Optional<String> debianMirror(Path etcApt) throws IOException {
    List<Path> files = new ArrayList<>();
    Path main = etcApt.resolve("sources.list");
    if (Files.isReadable(main)) {
      files.add(main);
    }
    Path parts = etcApt.resolve("sources.list.d");
    if (Files.isDirectory(parts)) {
      try (Stream<Path> listed = Files.list(parts)) {
        listed.filter(Files::isReadable).sorted().forEach(files::add);
      }
    }
    for (Path file : files) {
      Optional<String> mirror =
          parse(file.getFileName().toString(), Files.readString(file)).stream()
              .filter(Entry::isDebianArchive)
              .map(Entry::uri)
              .findFirst();
      if (mirror.isPresent()) {
        return mirror;
      }
    }
    return Optional.empty();
  }

  /** Files of other names than {@code *.list} and {@code *.sources} hold nothing, as in apt. */
  static List<Entry> parse(String fileName, String text) {
    if (fileName.endsWith(".list")) {
      return parseOneLine(text);
    }
    return fileName.endsWith(".sources") ? parseDeb822(text) : List.of();
  }

  private static List<Entry> parseOneLine(String text) {
    return text.lines()
        .map(line -> ONE_LINE.matcher(line.strip()))
        .filter(Matcher::matches)
        .map(line -> entry(line.group(1), List.of(line.group(2)), words(line.group(3))))
        .toList();
  }

  private static List<Entry> parseDeb822(String text) {
    List<Entry> entries = new ArrayList<>();
    for (String stanza : text.split("\\R(?:[ \\t]*\\R)+")) {
      Map<String, String> fields = fields(stanza);
      boolean enabled =
          !fields.getOrDefault("enabled", "yes").toLowerCase(Locale.ROOT).equals("no");
      if (enabled && words(fields.getOrDefault("types", "")).contains("deb")) {
        for (String uri : words(fields.getOrDefault("uris", ""))) {
          entries.add(
              entry(
                  uri,
                  words(fields.getOrDefault("suites", "")),
                  words(fields.getOrDefault("components", ""))));
        }
      }
    }
    return List.copyOf(entries);
  }

  /** The fields of a stanza by their names in lower case; a line that starts blank continues. */
  private static Map<String, String> fields(String stanza) {
    Map<String, String> fields = new LinkedHashMap<>();
    String name = "";
    for (String line : stanza.lines().toList()) {
      if (line.startsWith("#")) {
        continue;
      }
      if (line.startsWith(" ") || line.startsWith("\t")) {
        fields.merge(name, line, String::concat);
        continue;
      }
      int colon = line.indexOf(':');
      if (colon > 0) {
        name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        fields.put(name, line.substring(colon + 1).strip());
      }
    }
    return fields;
  }

  private static Entry entry(String uri, List<String> suites, List<String> components) {
    return new Entry(uri.replaceAll("/+$", ""), suites, components);
  }

  private static List<String> words(String text) {
    return Stream.of(text.strip().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }
}
