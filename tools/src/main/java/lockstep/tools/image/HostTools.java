package lockstep.tools.image;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The host's programs: found once, then run to their end. */
final class HostTools {
  /** Where Debian keeps administrators' programs, which a user's PATH may leave out. */
  private static final List<Path> ADMINISTRATION = List.of(Path.of("/usr/sbin"), Path.of("/sbin"));

  private final Map<HostTool, Path> found;

  private HostTools(Map<HostTool, Path> found) {
    this.found = found;
  }

  /** Every tool on PATH. */
  static HostTools find() throws ImageException {
    String path = System.getenv().getOrDefault("PATH", "");
    return find(
        Stream.concat(
                Stream.of(path.split(File.pathSeparator)).filter(d -> !d.isEmpty()).map(Path::of),
                ADMINISTRATION.stream())
            .toList());
  }

  /**
   * @throws ImageException naming all that is missing, in one line
   */
  static HostTools find(List<Path> directories) throws ImageException {
    Map<HostTool, Path> found = new EnumMap<>(HostTool.class);
    List<String> missing = new ArrayList<>();
    TreeSet<String> packages = new TreeSet<>();
    for (HostTool tool : HostTool.values()) {
      directories.stream()
          .map(directory -> directory.resolve(tool.program()))
          .filter(Files::isExecutable)
          .findFirst()
          .ifPresentOrElse(
              program -> found.put(tool, program),
              () -> {
                missing.add(tool.program());
                packages.add(tool.debianPackage());
              });
    }
    if (!missing.isEmpty()) {
      throw new HostLacksException(
          "this host lacks %s; on Debian: apt-get install %s; or bring a guest with `lockstep image import`"
              .formatted(String.join(", ", missing), String.join(" ", packages)));
    }
    return new HostTools(found);
  }

  /** A process of {@code tool}, not started yet; messages in the plain C locale. */
  ProcessBuilder process(HostTool tool, List<String> arguments) {
    Path program = found.get(tool);
    if (program == null) {
      throw new IllegalStateException("not looked for: " + tool);
    }
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LC_ALL", "C.UTF-8");
    return builder;
  }

  /** What a tool printed. */
  record Output(String standard, String error) {}

  /**
   * Runs to the end.
   *
   * @throws ImageException with the last line of its complaint, when it exits with other than 0
   */
  static Output run(ProcessBuilder builder) throws IOException, ImageException {
    Path errorFile = Files.createTempFile("lockstep-", ".stderr");
    try {
      Process process = builder.redirectError(errorFile.toFile()).start();
      process.getOutputStream().close();
      String standard = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = await(process);
      String error = Files.readString(errorFile);
      if (status != 0) {
        throw new ImageException(failure(builder, status, error));
      }
      return new Output(standard, error);
    } finally {
      Files.delete(errorFile);
    }
  }

  static String failure(ProcessBuilder builder, int status, String error) {
    String program = Path.of(builder.command().getFirst()).getFileName().toString();
    List<String> lines = error.lines().filter(line -> !line.isBlank()).toList();
    String complaint =
        lines.stream()
            .filter(line -> line.startsWith("E:"))
            .findFirst()
            .orElse(lines.isEmpty() ? "no message" : lines.getLast());
    return "%s failed with status %d: %s".formatted(program, status, complaint.strip());
  }

  static int await(Process process) throws ImageException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new ImageException("interrupted", e);
    }
  }
}
