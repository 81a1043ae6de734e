package lockstep.vmm.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.StateHash;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;

/**
 * Explains the file of a divergence to people: where the machines were equal last, where they
 * differed first, what differs, and which of them a replay of the log agrees with.
 *
 * <p>Reference is the interpreter, from the state at which both were equal. Whoever differs from it
 * went wrong: by a bug of its engine, which shows again when the log is executed compiled, or by
 * something that no log has, such as a bit of the host's memory that has flipped. If that was in a
 * page that had not been written since the last equal check, the state that is remembered of then
 * has it too, and does not hash to what was equal: so it is told from everything else.
 */
public final class DivergenceExplanation {
  private final List<String> lines = new ArrayList<>();
  private final DivergenceFile file;
  private final DivergenceFacts facts;

  private DivergenceExplanation(DivergenceFile file) {
    this.file = file;
    this.facts = file.facts();
  }

  /**
   * Explains {@code path}, a line each.
   *
   * @param other the other replica's file of the same divergence, to compare both states
   * @param compiler compare the interpreter with code compiled so, step by step
   * @throws IOException if a file can't be read, is none of a divergence, is corrupt, cut short, or
   *     of another machine version, or the two are not of the same divergence
   */
  public static List<String> of(Path path, Optional<Path> other, CompilerMode compiler)
      throws IOException {
    DivergenceExplanation explanation = new DivergenceExplanation(DivergenceFile.read(path));
    explanation.tellFacts();
    Optional<DivergenceFile> second =
        other.isPresent() ? Optional.of(DivergenceFile.read(other.get())) : Optional.empty();
    if (second.isPresent()) {
      explanation.compareWith(second.get());
    }
    Optional<DivergenceFile> from = explanation.beginning(second);
    if (from.isPresent()) {
      explanation.replay(from.get());
      if (compiler != CompilerMode.OFF) {
        explanation.compareEngines(from.get(), compiler);
      }
    }
    return explanation.lines;
  }

  private void tell(String about, String format, Object... values) {
    lines.add("%-18s%s".formatted(about, format.formatted(values)));
  }

  private void tellFacts() {
    tell(
        "VM",
        "%s, epoch %d; kept by the %s, %s",
        file.definition().name(),
        facts.epoch(),
        facts.role(),
        facts.replica().brief());
    facts
        .lastEqual()
        .ifPresentOrElse(
            equal ->
                tell(
                    "last equal",
                    "position %,d, before lsn %,d, hash %s",
                    equal.position(),
                    equal.nextLsn(),
                    equal.hash()),
            () -> tell("last equal", "not known"));
    tell("different", "position %,d, lsn %,d: %s", facts.position(), facts.lsn(), facts.what());
    if (facts.other().isPresent() && facts.ownIsThere()) {
      tell("", "%s", parts(facts.ownHash(), facts.other().get()));
    }
    long inputs =
        file.entries().stream()
            .filter(entry -> entry.payload() instanceof Payload.Injected)
            .count();
    tell("log between", "%,d entries, %,d of them inputs", file.entries().size(), inputs);
    facts
        .lastEqual()
        .ifPresent(
            equal ->
                tell(
                    "first difference",
                    "behind position %,d, not behind %,d",
                    equal.position(),
                    facts.position()));
  }

  private static String parts(StateHash one, StateHash other) {
    return (one.harts() == other.harts()
            ? "harts and devices are equal"
            : "harts or devices differ")
        + ", "
        + (one.memory() == other.memory() ? "memory is equal" : "memory differs");
  }

  private void compareWith(DivergenceFile other) throws IOException {
    DivergenceFacts theirs = other.facts();
    boolean same =
        theirs.epoch() == facts.epoch()
            && theirs.lsn() == facts.lsn()
            && theirs.isPrimary() != facts.isPrimary()
            && other.definition().equals(file.definition());
    if (!same) {
      throw new IOException(
          "%s and %s are not the two sides of one divergence".formatted(file.file(), other.file()));
    }
    if (theirs.ownPosition() != facts.ownPosition()) {
      tell(
          "both states",
          "are of different positions, %,d and %,d: the primary had run on",
          facts.ownPosition(),
          theirs.ownPosition());
      return;
    }
    tellDifference(
        "%s against %s".formatted(facts.role(), theirs.role()),
        StateDifference.between(file.own(), other.own()));
  }

  private void tellDifference(String what, StateDifference difference) {
    if (difference.isEmpty()) {
      tell("", "%s: no difference", what);
      return;
    }
    tell("what differs", "%s: %s", what, difference.parts());
    difference.told().forEach(line -> lines.add("  " + line));
  }

  /** The file whose last equal state is what was equal then: there the log is replayed from. */
  private Optional<DivergenceFile> beginning(Optional<DivergenceFile> other) throws IOException {
    if (isIntact(file)) {
      return Optional.of(file);
    }
    if (other.isEmpty() || !isIntact(other.get())) {
      tell("replay", "not possible%s", other.isEmpty() ? " from this file; try the other's" : "");
      return Optional.empty();
    }
    if (file.canBeReplayed()) {
      tellDifference(
          "at the last equal check, %s against %s".formatted(facts.role(), facts.otherRole()),
          StateDifference.between(
              file.lastEqual(CompilerMode.OFF), other.get().lastEqual(CompilerMode.OFF)));
    }
    return other;
  }

  private boolean isIntact(DivergenceFile side) throws IOException {
    if (!side.canBeReplayed()) {
      tell("", "the %s has not kept its state at the last equal check", side.facts().role());
      return false;
    }
    StateHash expected = side.facts().lastEqual().orElseThrow().hash();
    StateHash actual = side.lastEqual(CompilerMode.OFF).hash();
    if (actual.equals(expected)) {
      return true;
    }
    tell(
        "changed unseen",
        "the %s's state at the last equal check hashes to %s now: its memory was changed past the"
            + " guest, as by a fault of the host's memory; the %s went wrong",
        side.facts().role(),
        actual,
        side.facts().role());
    return false;
  }

  private void replay(DivergenceFile from) throws IOException {
    LogReplay replay = new LogReplay(from, CompilerMode.OFF);
    replay.run(facts.lsn(), Long.MAX_VALUE);
    tell("replay", "interpreted, from the last equal state: %s", verdict(replay));
    boolean isAtOwn = facts.ownIsThere();
    if (!isAtOwn && from == file && replay.difference().isEmpty()) {
      replay.run(Long.MAX_VALUE, Long.MAX_VALUE);
      isAtOwn = replay.machine().position() == facts.ownPosition();
    }
    if (isAtOwn) {
      Machine own = file.own();
      tellDifference(
          "replay against " + facts.role(), StateDifference.between(replay.machine(), own));
    } else {
      tell(
          "",
          "the %s had run on to position %,d, where the replay can't follow",
          facts.role(),
          facts.ownPosition());
    }
  }

  private String verdict(LogReplay replay) {
    Optional<String> difference = replay.difference();
    if (difference.isPresent() && replay.lsn() < facts.lsn()) {
      return "it differs from both, already at lsn %,d, position %,d: %s"
          .formatted(replay.lsn(), replay.machine().position(), difference.get());
    }
    StateHash replayed = replay.machine().hash();
    if (difference.isEmpty()) {
      return "it agrees with the primary; the backup went wrong";
    }
    boolean asBackup =
        facts.other().isEmpty()
            ? difference.get().equals(facts.what())
            : backupHash().filter(replayed::equals).isPresent();
    return asBackup
        ? "it agrees with the backup; the primary went wrong"
        : "it agrees with neither: " + difference.get();
  }

  /** The hash of the backup's state where the two differed, if that was a check. */
  private Optional<StateHash> backupHash() {
    return facts.other().map(other -> facts.isPrimary() ? other : facts.ownHash());
  }

  private void compareEngines(DivergenceFile from, CompilerMode compiler) throws IOException {
    Optional<EngineComparison.Parted> parted = EngineComparison.run(from, compiler);
    if (parted.isEmpty()) {
      tell("compiled", "agrees with the interpreter all the way");
      return;
    }
    tell(
        "compiled",
        "first differs from the interpreter behind position %,d, not behind %,d",
        parted.get().equalAt(),
        parted.get().differsAt());
    tellDifference("interpreted against compiled", parted.get().difference());
  }
}
