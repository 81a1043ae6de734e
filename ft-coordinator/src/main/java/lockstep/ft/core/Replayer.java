package lockstep.ft.core;

import java.util.List;
import java.util.Optional;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.Output;

/**
 * Replays a recorded log: a backup without a primary. The outputs that the machine makes go
 * nowhere; they, and the state at each hash check, are compared with what the log says.
 */
public final class Replayer {
  private final Guest guest;
  private final Replay replay;

  /**
   * @param machine not powered on, or restored from the state with which the recording began
   * @param disks how many disks the definition has
   * @param state what was saved beside the machine, or {@link CoreState#POWER_ON}
   * @param firstLsn of the log's first entry
   */
  public Replayer(DeterministicMachine machine, int disks, CoreState state, long firstLsn) {
    this.guest = new Guest(machine, disks, state);
    List<Output> unreleased = state.unreleased();
    this.replay = new Replay(guest, firstLsn, unreleased, false, new Evidence(0));
    replay.outputsReleased(Long.MAX_VALUE);
  }

  /** Takes the next entry; false if it does not follow the one before. */
  public boolean receive(LogEntry entry) {
    return replay.receive(entry);
  }

  /** Whether every entry taken has been executed. */
  public boolean isDone() {
    return replay.isDone();
  }

  /**
   * Executes up to {@code stepsMax} steps of what was taken.
   *
   * @param effects gets {@link Effect.Hashed} at each check
   * @return how the machine differs from the recorded one, if it does; it must not be run on then
   */
  public Optional<String> run(long stepsMax, Effects effects) {
    return replay.run(stepsMax, effects).map(Replay.Difference::what);
  }
}
