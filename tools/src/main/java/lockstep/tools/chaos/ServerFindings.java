package lockstep.tools.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What was seen of a storm's servers themselves, beside what clients saw.
 *
 * @param ends how their processes have ended
 * @param divergences what VMMs have kept of states that differed
 * @param generations what was wrong with how often the guest was started
 */
record ServerFindings(ServerEnds.Judged ends, List<Path> divergences, List<String> generations) {
  private static final String DIVERGENCE_PREFIX = "diverged-";

  ServerFindings {
    divergences = List.copyOf(divergences);
    generations = List.copyOf(generations);
  }

  /** The files of divergences in the directory where VMMs keep them; it need not be there. */
  static List<Path> divergences(Path kept) throws IOException {
    if (!Files.isDirectory(kept)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(kept)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith(DIVERGENCE_PREFIX))
          .sorted()
          .toList();
    }
  }

  /** What of it is not as it must be. */
  List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    ends.unexplained().forEach(end -> complaints.add(end.text()));
    divergences.forEach(file -> complaints.add("primary and backup differed: " + file));
    complaints.addAll(generations);
    return complaints;
  }
}
