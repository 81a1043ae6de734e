package lockstep.benchmarks.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More than a million steps, interpreted and compiled; {@link DifferentialTool} does the rest. */
final class DifferentialTest {
  private static final int PROGRAMS = 4;
  private static final long STEPS = 70_000;
  private static final int RUN_STEPS_MAX = 3000;

  @ParameterizedTest
  @ValueSource(longs = {100, 200, 300, 400})
  void compiledProgramsDoWhatInterpretedOnesDo(long firstSeed) {
    for (long seed = firstSeed; seed < firstSeed + PROGRAMS; seed++) {
      assertEquals(
          Optional.empty(),
          Comparison.run(RandomProgram.image(seed), seed, STEPS, RUN_STEPS_MAX),
          "seed " + seed);
    }
  }
}
