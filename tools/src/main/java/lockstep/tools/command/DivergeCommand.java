package lockstep.tools.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.replica.DivergenceExplanation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep diverge}: what two machines differed in. */
@Command(
    name = "diverge",
    description = {
      "Explains what a replica has kept when primary and backup differed: where they were equal last,",
      "where they differed first, and in what. Executes the log in between again, with the interpreter,",
      "and says which of the two it agrees with.",
      "",
      "Each of the two has kept its own side, in the directory that its --keep names; the line of its",
      "log says which file. One file is enough; with both, their states are compared, too.",
      "",
      "Takes no --state: the file holds everything. It needs memory for three guests at most."
    })
public final class DivergeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE", description = "What one replica has kept.")
  private Path file = Path.of("");

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "OTHER",
      description = "What the other one has kept of the same divergence.")
  private @Nullable Path other;

  @Option(
      names = "--compiler",
      paramLabel = "MODE",
      defaultValue = "off",
      description =
          "on or eager: also compare code compiled so with the interpreter, and find the first step"
              + " that differs (default: ${DEFAULT-VALUE}).")
  private CompilerMode compiler = CompilerMode.OFF;

  @Override
  public Integer call() throws IOException {
    for (Path each : other == null ? new Path[] {file} : new Path[] {file, other}) {
      if (!Files.isRegularFile(each)) {
        throw new IOException("no such file: " + each);
      }
    }
    DivergenceExplanation.of(file, Optional.ofNullable(other), compiler)
        .forEach(System.out::println);
    return 0;
  }
}
