package lockstep.tools;

import java.nio.file.Path;
import java.util.Optional;
import lockstep.tools.cluster.StateDirectory;
import picocli.CommandLine.Option;

/** The option that every command about {@code lockstep up} takes: which one is meant. */
public final class StateOption {
  private static final String DEFAULT_DIRECTORY = ".lockstep";
  private static final String ENVIRONMENT = "LOCKSTEP_STATE";

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "Where everything is kept (default: $LOCKSTEP_STATE, or .lockstep in the current"
              + " directory).")
  private Optional<Path> chosen = Optional.empty();

  /** Whether it was named on the command line. */
  public boolean isGiven() {
    return chosen.isPresent();
  }

  /** The state directory, absolute; it need not exist. */
  public StateDirectory directory() {
    String fromEnvironment = System.getenv().getOrDefault(ENVIRONMENT, "");
    Path fallback = Path.of(fromEnvironment.isEmpty() ? DEFAULT_DIRECTORY : fromEnvironment);
    return new StateDirectory(chosen.orElse(fallback).toAbsolutePath().normalize());
  }
}
