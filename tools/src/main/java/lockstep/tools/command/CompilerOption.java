package lockstep.tools.command;

import lockstep.vmm.compiler.CompilerMode;
import picocli.CommandLine.Option;

/** What of a guest's code is compiled, for commands that run a VM. */
final class CompilerOption {
  @Option(
      names = "--compiler",
      paramLabel = "MODE",
      defaultValue = "on",
      description = {
        "What is compiled: off for nothing, on for what is hot, eager for everything at its first",
        "execution (default: ${DEFAULT-VALUE}). The guest can't tell the difference, and two",
        "replicas need not choose alike."
      })
  private CompilerMode mode = CompilerMode.ON;

  CompilerMode mode() {
    return mode;
  }

  /** As a VMM takes it on its command line. */
  String argument() {
    return "--compiler=" + mode;
  }
}
