package lockstep.ft.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.StateHash;

/**
 * Executes a log: runs the machine to the position of each entry and does what the entry says. What
 * the machine does by itself must be what the log says it did: its outputs are compared with their
 * marks, its state with the hashes.
 *
 * <p>Keeps the outputs that may not have left the primary.
 */
final class Replay {
  /** Entries executed in one slice, at most. */
  private static final int ENTRIES_PER_SLICE_MAX = 4096;

  private record Made(long number, long position, Output output) {}

  /**
   * How the machine differs from the log.
   *
   * @param lsn of the entry that showed it
   * @param what for people
   * @param expected the hash that the log has there, if that is what differs
   * @param actual the machine's
   */
  record Difference(
      long lsn, String what, Optional<StateHash> expected, Optional<StateHash> actual) {}

  private final Guest guest;
  private final boolean logged;
  private final Evidence evidence;
  private final ArrayDeque<LogEntry> entries = new ArrayDeque<>();

  /** Outputs made that may not have left, in order. */
  private final ArrayDeque<Made> kept = new ArrayDeque<>();

  /** Outputs made whose mark has not been executed yet. */
  private final ArrayDeque<Made> unmarked = new ArrayDeque<>();

  /** The guest has switched itself off, or asked for a reset: the last output it makes. */
  private Optional<Made> powerChange = Optional.empty();

  private long nextLsn;
  private long lastPosition;
  private long outputsReleased;

  /**
   * @param nextLsn where the log begins
   * @param unreleased outputs that the guest had made already and that may not have left
   * @param logged whether to emit {@link Effect.Logged}
   * @param evidence keeps what is executed
   */
  Replay(Guest guest, long nextLsn, List<Output> unreleased, boolean logged, Evidence evidence) {
    this.guest = guest;
    this.nextLsn = nextLsn;
    this.logged = logged;
    this.evidence = evidence;
    this.lastPosition = guest.machine.position();
    long number = guest.outputsMade() - unreleased.size();
    this.outputsReleased = number;
    for (Output output : unreleased) {
      Made made = new Made(number++, lastPosition, output);
      kept.addLast(made);
      note(made);
    }
  }

  private void note(Made made) {
    if (made.output instanceof Output.PowerChanged) {
      powerChange = Optional.of(made);
    }
  }

  /** Takes the next entry; whether it fits behind the last. */
  boolean receive(LogEntry entry) {
    if (entry.lsn() != nextLsn || entry.position() < lastPosition) {
      return false;
    }
    nextLsn++;
    lastPosition = entry.position();
    entries.addLast(entry);
    return true;
  }

  /** Every output with a lower number has left the primary, and is kept no longer. */
  void outputsReleased(long released) {
    outputsReleased = Math.max(outputsReleased, released);
    while (!kept.isEmpty() && kept.getFirst().number < outputsReleased) {
      kept.removeFirst();
    }
  }

  long outputsReleased() {
    return outputsReleased;
  }

  long nextLsn() {
    return nextLsn;
  }

  boolean isDone() {
    return entries.isEmpty();
  }

  List<Output> kept() {
    List<Output> outputs = new ArrayList<>();
    kept.forEach(made -> outputs.add(made.output));
    return outputs;
  }

  /** How the guest has ended, if it has, and if the primary has let that out. */
  Optional<Output.PowerChanged> powerChangeReleased() {
    return powerChange
        .filter(made -> made.number < outputsReleased)
        .map(made -> (Output.PowerChanged) made.output);
  }

  /** How many of the outputs made no mark of the log has named. */
  int unmarked() {
    return unmarked.size();
  }

  /** Executes up to {@code stepsMax} steps; returns how the machine differs from the log, if so. */
  Optional<Difference> run(long stepsMax, Effects effects) {
    long limit = guest.machine.position() + stepsMax;
    for (int i = 0; i < ENTRIES_PER_SLICE_MAX && !entries.isEmpty(); i++) {
      LogEntry next = entries.getFirst();
      while (guest.machine.position() < next.position()) {
        if (guest.machine.position() >= limit) {
          return Optional.empty();
        }
        Pause pause = guest.run(Math.min(limit, next.position()), this::made);
        boolean stuck = pause == Pause.IDLE || pause == Pause.OFF;
        if (stuck && guest.machine.position() < next.position()) {
          evidence.append(guest, next);
          return differs(
              next,
              pause + " at " + guest.machine.position() + ", primary went to " + next.position());
        }
      }
      entries.removeFirst();
      evidence.append(guest, next);
      if (logged) {
        effects.emit(new Effect.Logged(next));
      }
      Optional<Difference> difference = execute(next, effects);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<Difference> differs(LogEntry entry, String what) {
    return Optional.of(new Difference(entry.lsn(), what, Optional.empty(), Optional.empty()));
  }

  private Optional<Difference> execute(LogEntry entry, Effects effects) {
    switch (entry.payload()) {
      case Payload.Injected(Input input) when !guest.open.expects(input) -> {
        return differs(entry, "the primary's guest was given what this one never asked for");
      }
      case Payload.Injected(Input.DiskResized(int disk, _)) when !guest.hasDisk(disk) -> {
        return differs(entry, "the primary's guest has a disk " + disk);
      }
      case Payload.Injected(Input input) -> guest.inject(input, this::made);
      case Payload.OutputMade(long output) -> {
        return mark(entry, output);
      }
      case Payload.HashChecked(StateHash expected) -> {
        return check(entry, expected, effects);
      }
      case Payload.OwnFlushBegan(int disk, _) when !guest.hasDisk(disk) -> {
        return differs(entry, "the primary's guest has a disk " + disk);
      }
      case Payload.OwnFlushEnded ended when !guest.hasDisk(ended.disk()) -> {
        return differs(entry, "the primary's guest has a disk " + ended.disk());
      }
      case Payload.OwnFlushBegan(int disk, long flush) ->
          guest.unflushed(disk).ownFlushBegan(flush);
      case Payload.OwnFlushEnded ended ->
          guest.unflushed(ended.disk()).ownFlushEnded(ended.flush(), ended.status());
      case Payload.Paused _ -> guest.pause(true);
      case Payload.Resumed _ -> guest.pause(false);
      case Payload.Reset _ -> guest.cutShort(HaltReason.GUEST_RESET);
      case Payload.SwitchedOff _ -> guest.cutShort(HaltReason.GUEST_OFF);
      case Payload.Progressed _,
          Payload.EpochBegan _,
          Payload.HandedOver _,
          Payload.PoweredOff _ -> {}
    }
    return Optional.empty();
  }

  private Optional<Difference> check(LogEntry entry, StateHash expected, Effects effects) {
    StateHash actual = guest.machine.hash();
    effects.emit(new Effect.Hashed(entry.lsn(), entry.position(), actual));
    if (!actual.equals(expected)) {
      return Optional.of(
          new Difference(
              entry.lsn(),
              "state hash " + actual + ", the primary's is " + expected,
              Optional.of(expected),
              Optional.of(actual)));
    }
    evidence.checked(guest, entry.lsn() + 1, actual);
    evidence.equal(guest, entry.lsn() + 1);
    return Optional.empty();
  }

  /** The step just executed must have made output number {@code output}. */
  private Optional<Difference> mark(LogEntry entry, long output) {
    Made made = unmarked.pollFirst();
    long position = guest.machine.position();
    if (made == null || made.number != output || made.position != position) {
      return differs(
          entry, "the primary made output " + output + " at " + position + ", not this one");
    }
    return Optional.empty();
  }

  private void made(long number, Output output) {
    Made made = new Made(number, guest.machine.position(), output);
    unmarked.addLast(made);
    note(made);
    if (number >= outputsReleased) {
      kept.addLast(made);
    }
  }
}
