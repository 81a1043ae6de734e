package lockstep.tools.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Programs of the host that are where a system keeps its own, whatever PATH says. */
public final class HostPrograms {
  private static final List<Path> PLACES =
      Stream.of("/usr/sbin", "/sbin", "/usr/bin", "/bin").map(Path::of).toList();

  private HostPrograms() {}

  /**
   * Where a program is.
   *
   * @throws HostLacksException with the Debian package that has it, if it is nowhere
   */
  public static Path find(String program, String debianPackage) throws HostLacksException {
    return PLACES.stream()
        .map(place -> place.resolve(program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new HostLacksException(
                    "this host lacks %s; on Debian: apt-get install %s"
                        .formatted(program, debianPackage)));
  }
}
