package lockstep.tools.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import lockstep.tools.image.Progress;
import lockstep.vmm.replica.RecordingReplay;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code lockstep replay}: a recording, executed again. */
@Command(
    name = "replay",
    description = {
      "Executes a recording again, from the file alone: no disk server, no network. Compares every",
      "output and every state hash with what was recorded; ends with 0 if all are equal.",
      "",
      "Takes no --state: the file holds everything."
    },
    footer = {"", "Record one with: lockstep record FILE"})
public final class ReplayCommand implements Callable<Integer> {
  private static final double MILLIONS = 1e6;

  @Parameters(paramLabel = "FILE", description = "A recording.")
  private Path file = Path.of("recording.lockstep");

  @Mixin private CompilerOption compiler = new CompilerOption();

  @Override
  public Integer call() throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("no such file: " + file);
    }
    long begun = System.nanoTime();
    RecordingReplay.Result result;
    try (Progress.Step step =
        Progress.onStandardError().step("replaying", 0, Progress.Unit.STEPS)) {
      result = RecordingReplay.run(file, compiler.mode(), step::advanceTo);
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        "replayed %,d steps, %,d log entries in %.1f s (%.1f MIPS)%n",
        result.steps(), result.entries(), seconds, result.steps() / seconds / MILLIONS);
    System.out.printf("state hashes compared  %,d%n", result.hashesCompared());
    System.out.printf("state hash at the end  %s%n", result.lastHash());
    if (!result.complete()) {
      System.out.println("the recording has no end: its recorder was killed; its entries are good");
    }
    if (result.difference().isPresent()) {
      System.out.printf("DIFFERENT: %s%n", result.difference().get());
      return 1;
    }
    System.out.println("equal to what was recorded");
    return 0;
  }
}
