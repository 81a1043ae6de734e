package lockstep.vmm.replica;

import java.io.IOException;
import java.util.Optional;
import lockstep.vmm.compiler.CompilerMode;

/**
 * The log of a divergence executed by the interpreter and by compiled code side by side: if it is
 * the compiler that went wrong, the first step that differs is found by comparing in ever smaller
 * strides.
 */
final class EngineComparison {
  private static final long[] STRIDES = {1 << 20, 1 << 14, 1 << 8, 1 << 4, 1};

  /**
   * Where the two engines part.
   *
   * @param equalAt the last position at which both were compared and equal
   * @param differsAt the first at which they differ; further off than a step if compiled code does
   *     not stop in between
   * @param difference interpreted against compiled, there
   */
  record Parted(long equalAt, long differsAt, StateDifference difference) {}

  private final DivergenceFile file;
  private final CompilerMode compiler;
  private final long lsn;

  private EngineComparison(DivergenceFile file, CompilerMode compiler) {
    this.file = file;
    this.compiler = compiler;
    this.lsn = file.facts().lsn();
  }

  /** Executes the log up to the entry that showed the difference; empty if the engines agree. */
  static Optional<Parted> run(DivergenceFile file, CompilerMode compiler) throws IOException {
    EngineComparison comparison = new EngineComparison(file, compiler);
    Optional<Parted> parted =
        comparison.search(file.facts().lastEqual().orElseThrow().position(), STRIDES[0]);
    for (int i = 1; i < STRIDES.length && parted.isPresent(); i++) {
      Optional<Parted> finer = comparison.search(parted.get().equalAt, STRIDES[i]);
      if (finer.isEmpty() || finer.get().differsAt > parted.get().differsAt) {
        break;
      }
      parted = finer;
    }
    return parted;
  }

  private Optional<Parted> search(long from, long stride) throws IOException {
    LogReplay interpreted = new LogReplay(file, CompilerMode.OFF);
    LogReplay compiled = new LogReplay(file, compiler);
    interpreted.run(lsn, from);
    compiled.run(lsn, from);
    long at = from;
    boolean more = true;
    while (more) {
      boolean left = interpreted.run(lsn, at + stride);
      boolean right = compiled.run(lsn, at + stride);
      if (!interpreted.machine().hash().equals(compiled.machine().hash())) {
        return Optional.of(
            new Parted(
                at,
                Math.max(interpreted.machine().position(), compiled.machine().position()),
                StateDifference.between(interpreted.machine(), compiled.machine())));
      }
      at += stride;
      more = left && right;
    }
    return Optional.empty();
  }
}
