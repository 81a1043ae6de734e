package lockstep.ft.core;

import lockstep.ft.log.LogEntry;
import lockstep.ft.log.Payload;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.DeterministicMachine.Pause;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;
import lockstep.ft.machine.StateHash;

/**
 * Runs the live guest, slice by slice, and writes the log of it.
 *
 * <p>A slice: move the guest's clock to where the host's is, inject what has arrived, now and then
 * hash, run. It ends early when an output was made, so that its mark leaves at once. An idle guest
 * does not run before an input comes or its timer is due; what wakes it is in the log as an input.
 */
final class LiveGuest {
  /** Inputs injected in one slice, at most. */
  private static final int INPUTS_PER_SLICE_MAX = 256;

  private final Core core;
  private final Live live;
  private final DeterministicMachine machine;
  private ClockPolicy clock;
  private boolean idle;
  private boolean off;
  private boolean hashWanted;
  private long nextHashPosition;
  private long clockMovedAtNanos;

  LiveGuest(Core core, Live live) {
    this.core = core;
    this.live = live;
    this.machine = core.guest.machine;
    this.clock = new ClockPolicy(machine.timeNanos(), core.now());
    this.clockMovedAtNanos = core.now();
    setNextHash();
  }

  void hashCheckWanted() {
    hashWanted = true;
  }

  /** Whether the hash that is wanted has not entered the log yet. */
  boolean isHashWanted() {
    return hashWanted;
  }

  /** The guest goes on after a pause of which its clock knows nothing. */
  void resumed() {
    clock = new ClockPolicy(machine.timeNanos(), core.now());
    clockMovedAtNanos = core.now();
  }

  boolean isOff() {
    return off;
  }

  boolean wantsToRun(long nowNanos) {
    return !off && (!idle || hashWanted || !live.inputs().isEmpty() || timerIsDue(nowNanos));
  }

  private boolean timerIsDue(long nowNanos) {
    return clock.hostTimeAt(machine.nextTimerNanos()) - nowNanos <= 0;
  }

  /** When an idle guest's timer is due. */
  long deadlineNanos() {
    return off ? Long.MAX_VALUE : clock.hostTimeAt(machine.nextTimerNanos());
  }

  void runSlice(long stepsMax) {
    moveClock();
    injectPending();
    checkHash();
    Pause pause = core.guest.run(machine.position() + stepsMax, this::made);
    idle = pause == Pause.IDLE;
    off |= pause == Pause.OFF;
    live.reached(machine.position(), pause == Pause.LIMIT);
  }

  /** Stops the guest here: nothing but a claim of this replica's can follow the last entry. */
  void handOver() {
    if (!core.guest.isPaused()) {
      moveClock();
      while (!live.inputs().isEmpty()) {
        injectPending();
      }
    }
    hashWanted = true;
    checkHash();
    live.log().append(new Payload.HandedOver());
  }

  private void moveClock() {
    boolean due = core.now() - clockMovedAtNanos >= core.limits.clockStepNanos();
    long target = clock.guestTimeAt(core.now());
    if ((due || idle || !live.inputs().isEmpty()) && target > machine.timeNanos()) {
      clockMovedAtNanos = core.now();
      inject(new Input.ClockMoved(target));
    }
  }

  private void injectPending() {
    PendingInputs inputs = live.inputs();
    for (int i = 0; i < INPUTS_PER_SLICE_MAX && !inputs.isEmpty(); i++) {
      Input input = inputs.next();
      if (core.guest.open.expects(input)) {
        inject(input);
      }
    }
  }

  private void inject(Input input) {
    live.log().append(new Payload.Injected(input));
    core.guest.inject(input, this::made);
    if (input instanceof Input.DiskCompleted) {
      live.disks().flushIfMuchIsKept();
    }
  }

  private void checkHash() {
    if (hashWanted
        || (nextHashPosition > 0 && machine.position() >= nextHashPosition)
        || core.evidence.isCheckDue(core.guest)) {
      hashWanted = false;
      StateHash hash = machine.hash();
      LogEntry entry = live.log().append(new Payload.HashChecked(hash));
      core.emit(new Effect.Hashed(entry.lsn(), entry.position(), hash));
      if (live.isLogSent()) {
        core.evidence.checked(core.guest, entry.lsn() + 1, hash);
      }
      setNextHash();
    }
  }

  private void setNextHash() {
    long every = core.limits.hashEverySteps();
    nextHashPosition = every == 0 ? 0 : machine.position() + every;
  }

  private void made(long number, Output output) {
    off |= output instanceof Output.PowerChanged;
    LogEntry mark = live.log().append(new Payload.OutputMade(number));
    live.gate().add(number, mark.lsn(), output);
  }
}
