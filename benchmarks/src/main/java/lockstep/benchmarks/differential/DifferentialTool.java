package lockstep.benchmarks.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import lockstep.benchmarks.differential.Comparison.Difference;

/**
 * Compares random programs until it has compared a number of steps, then prints how many. Stops at
 * the first difference: makes the program small, and saves it with what differs.
 *
 * <p>Arguments: steps to compare, first seed, and steps of each program; all may be left out.
 */
public final class DifferentialTool {
  private static final long STEPS = 10_000_000;
  private static final long STEPS_A_PROGRAM = 200_000;
  private static final int RUN_STEPS_MAX = 4000;
  private static final int PROGRESS_PROGRAMS = 100;
  private static final int NOP_HALVES = 0x0001;

  private DifferentialTool() {}

  public static void main(String[] arguments) throws IOException {
    long steps = arguments.length > 0 ? Long.parseLong(arguments[0]) : STEPS;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    long each = arguments.length > 2 ? Long.parseLong(arguments[2]) : STEPS_A_PROGRAM;
    long compared = 0;
    for (int programs = 1; compared < steps; programs++, seed++) {
      byte[] image = RandomProgram.image(seed);
      Optional<Difference> difference = run(image, seed, each);
      if (difference.isPresent()) {
        System.out.printf("seed %d differs, %,d steps compared before%n", seed, compared);
        save(seed, smaller(image, seed, each), each);
        System.exit(1);
      }
      compared += each;
      if (programs % PROGRESS_PROGRAMS == 0) {
        System.out.printf("%,d steps of %,d programs compared%n", compared, programs);
      }
    }
    System.out.printf("%,d steps compared, no difference%n", compared);
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
