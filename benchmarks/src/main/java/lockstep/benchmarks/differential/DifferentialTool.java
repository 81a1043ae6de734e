package lockstep.benchmarks.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import lockstep.benchmarks.differential.Comparison.Difference;
import lockstep.tools.Lockstep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Compares interpreter and compiler on random programs. */
@Command(
    name = "bench differential",
    mixinStandardHelpOptions = true,
    description =
        "Executes random programs, interpreted and compiled, and compares the"
            + " machines' states until so many steps have been compared, then prints how"
            + " many. Stops at the first difference: makes the program small, and saves it"
            + " with what differs.")
public final class DifferentialTool implements Callable<Integer> {
  private static final int RUN_STEPS_MAX = 4000;
  private static final int PROGRESS_PROGRAMS = 100;
  private static final int NOP_HALVES = 0x0001;

  @Parameters(
      index = "0",
      paramLabel = "STEPS",
      defaultValue = "10000000",
      description = "To compare (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Parameters(
      index = "1",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the first program; the next has the next (default: ${DEFAULT-VALUE}).")
  private long firstSeed;

  @Parameters(
      index = "2",
      paramLabel = "STEPS_OF_EACH",
      defaultValue = "200000",
      description = "Of each program (default: ${DEFAULT-VALUE}).")
  private long each;

  public static void main(String[] arguments) {
    System.exit(Lockstep.commandLine(new DifferentialTool()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    long seed = firstSeed;
    long compared = 0;
    for (int programs = 1; compared < steps; programs++, seed++) {
      byte[] image = RandomProgram.image(seed);
      Optional<Difference> difference = run(image, seed, each);
      if (difference.isPresent()) {
        System.out.printf("seed %d differs, %,d steps compared before%n", seed, compared);
        save(seed, smaller(image, seed, each), each);
        return 1;
      }
      compared += each;
      if (programs % PROGRESS_PROGRAMS == 0) {
        System.out.printf("%,d steps of %,d programs compared%n", compared, programs);
      }
    }
    System.out.printf("%,d steps compared, no difference%n", compared);
    return 0;
  }

  private static Optional<Difference> run(byte[] image, long seed, long steps) {
    return Comparison.run(image, seed, steps, RUN_STEPS_MAX);
  }

  /** Replaces as much of the code as possible by no-operations, by halves and then smaller. */
  private static byte[] smaller(byte[] image, long seed, long steps) {
    byte[] small = image;
    for (int size = RandomProgram.CODE_BYTES / 2; size >= 2; size /= 2) {
      for (int at = 0; at + size <= RandomProgram.CODE_BYTES; at += size) {
        byte[] candidate = small.clone();
        for (int i = at; i < at + size; i += 2) {
          candidate[RandomProgram.CODE + i] = NOP_HALVES;
          candidate[RandomProgram.CODE + i + 1] = 0;
        }
        if (!Arrays.equals(candidate, small) && run(candidate, seed, steps).isPresent()) {
          small = candidate;
        }
      }
    }
    return small;
  }

  private static void save(long seed, byte[] image, long steps) throws IOException {
    Difference difference = run(image, seed, steps).orElseThrow();
    Path folder = Files.createTempDirectory("lockstep-difference-" + seed + "-");
    Files.write(folder.resolve("ram"), image);
    Files.writeString(folder.resolve("interpreted"), difference.interpreted());
    Files.writeString(folder.resolve("compiled"), difference.compiled());
    System.out.printf(
        "between positions %,d and %,d; saved in %s%n", difference.from(), difference.to(), folder);
  }
}
