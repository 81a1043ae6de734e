package lockstep.ft.core;

import lockstep.ft.machine.DeterministicMachine;

/**
 * A replica: one end of the protocol, with the machine that it drives.
 *
 * <p>A function of its events: no clock, thread, socket or random source. One thread owns it, the
 * guest's. The driver's loop:
 *
 * <pre>{@code
 * while (!replica.halted()) {
 *   for (each event in the inbox) replica.onEvent(event, System.nanoTime(), effects);
 *   if (replica.wantsToRun(now)) replica.onEvent(new RunSlice(stepsPerMillisecond), now, effects);
 *   else wait for the inbox until replica.nextDeadlineNanos(), then replica.onEvent(new Tick(), ...);
 * }
 * }</pre>
 *
 * <p>The inbox goes first: after a long pause of the process, what has arrived meanwhile is heard
 * before anything is concluded from the clock.
 */
public final class Replica {

  /**
   * A replica whose machine has not been powered on.
   *
   * @param nowNanos of any monotonic clock, the same for every later call
   */
  public Replica(ReplicaConfig config, DeterministicMachine machine, long nowNanos) {
    this(config, machine, CoreState.POWER_ON, nowNanos);
  }

  /**
   * A replica whose machine was restored from a saved state.
   *
   * @param state what was saved beside the machine
   */
  public Replica(
      ReplicaConfig config, DeterministicMachine machine, CoreState state, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Handles one event. {@code nowNanos} never goes back. */
  public void onEvent(ReplicaEvent event, long nowNanos, Effects effects) {
    throw new UnsupportedOperationException();
  }

  /** Whether a {@link ReplicaEvent.RunSlice} would run the guest (or replay) now. */
  public boolean wantsToRun(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** When the next {@link ReplicaEvent.Tick} is due, if the guest does not want to run. */
  public long nextDeadlineNanos() {
    throw new UnsupportedOperationException();
  }

  public boolean halted() {
    throw new UnsupportedOperationException();
  }

  /** For status and metrics. */
  public ReplicaStatus status(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /**
   * What must be saved beside the machine's state, so that a replica can start from both.
   *
   * @throws IllegalStateException if this replica is neither live nor has replayed its log
   */
  public CoreState coreState() {
    throw new UnsupportedOperationException();
  }
}
