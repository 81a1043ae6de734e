package lockstep.tools.command;

import java.util.List;
import picocli.CommandLine.Option;

/** What the VMMs that are kept do while nobody is live; one of these at most. */
final class KeptStart {
  @Option(names = "--alone", description = "One VMM only: no backup, no protection.")
  private boolean alone;

  @Option(
      names = "--never-anew",
      description =
          "Never start the guest from its disk by itself after primary and backup were lost"
              + " together, not even when their lease is over: to be started so again without"
              + " this, by hand.")
  private boolean neverAnew;

  boolean alone() {
    return alone;
  }

  /** The same again, for another command that takes them. */
  List<String> arguments() {
    if (alone) {
      return List.of("--alone");
    }
    return neverAnew ? List.of("--never-anew") : List.of();
  }
}
