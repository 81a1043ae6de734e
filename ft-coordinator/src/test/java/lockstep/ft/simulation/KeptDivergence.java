package lockstep.ft.simulation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import lockstep.ft.core.Divergence;
import lockstep.ft.core.Replayer;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.StateHash;

/**
 * One side of a divergence, as production writes it into a file.
 *
 * @param lastEqual the machine's state at the last equal check, if there was one
 * @param own its state where the two differed, or where it was when it heard of it
 */
record KeptDivergence(Divergence divergence, Optional<byte[]> lastEqual, byte[] own) {
  private static final long STEPS_PER_TURN = 17;

  /** What a replay of the log, from the last equal state, has shown. */
  record Replayed(Optional<String> difference, StateHash hash, long position) {}

  static KeptDivergence of(Divergence divergence, ToyMachine machine) {
    return new KeptDivergence(
        divergence,
        divergence
            .lastEqual()
            .filter(check -> machine.history().remembers(check.state()))
            .map(check -> saved(machine, check)),
        divergence.own().map(check -> saved(machine, check)).orElseGet(() -> saved(machine)));
  }

  private static byte[] saved(ToyMachine machine, Divergence.Check check) {
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    try {
      machine.history().save(check.state(), saved);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return saved.toByteArray();
  }

  private static byte[] saved(ToyMachine machine) {
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    try {
      machine.save(saved);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return saved.toByteArray();
  }

  /** The hash of this replica's own state. */
  StateHash ownHash() {
    return restored(own).hash();
  }

  private static ToyMachine restored(byte[] saved) {
    ToyMachine machine = new ToyMachine();
    try {
      machine.restore(new ByteArrayInputStream(saved));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return machine;
  }

  /** Executes the log since the last equal check, on a machine that was equal there. */
  Replayed replay() {
    Divergence.Check from = divergence.lastEqual().orElseThrow();
    ToyMachine machine = restored(lastEqual.orElseThrow());
    Checker.require(machine.hash().equals(from.hash()), "the equal state is another one");
    Replayer replayer = new Replayer(machine, ToyMachine.DISKS, from.core(), from.nextLsn());
    Optional<String> difference = Optional.empty();
    for (LogEntry entry : divergence.entries()) {
      Checker.require(replayer.receive(entry), "the log has a gap at " + entry.lsn());
      while (difference.isEmpty() && !replayer.isDone()) {
        difference = replayer.run(STEPS_PER_TURN, effect -> {});
      }
    }
    return new Replayed(difference, machine.hash(), machine.position());
  }
}
