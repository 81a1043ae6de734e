package lockstep.ft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lockstep.ft.machine.DeterministicMachine;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.Output;

/**
 * The machine, with what the protocol knows about it on both replicas alike: how many outputs it
 * has made, which requests are open, which completed writes no flush covers.
 */
final class Guest {
  /** Takes the outputs that a step or an injection made. */
  @FunctionalInterface
  interface OutputSink {
    void made(long number, Output output);
  }

  final DeterministicMachine machine;
  final OpenRequests open = new OpenRequests();

  private final List<UnflushedWrites> unflushed = new ArrayList<>();
  private boolean poweredOn;
  private boolean paused;
  private Optional<HaltReason> cutShort = Optional.empty();
  private boolean askedForReset;
  private long outputsMade;

  Guest(DeterministicMachine machine, int disks, CoreState state) {
    this.machine = machine;
    this.poweredOn = state.poweredOn();
    this.paused = state.paused();
    this.outputsMade = state.outputsMade();
    for (int disk = 0; disk < disks; disk++) {
      unflushed.add(new UnflushedWrites());
    }
    state.kept().forEach(write -> unflushed.get(write.request().disk()).keep(write));
    restoreOpen(state);
  }

  /**
   * Requests among the unreleased outputs have their number; the others left long ago. What an open
   * flush covers is not known any more: nothing, to be safe.
   */
  private void restoreOpen(CoreState state) {
    long firstUnreleased = outputsMade - state.unreleased().size();
    for (Output request : state.open()) {
      int unreleased = state.unreleased().indexOf(request);
      long number = unreleased < 0 ? -1 : firstUnreleased + unreleased;
      open.made(number, request);
    }
  }

  boolean poweredOn() {
    return poweredOn;
  }

  /** Whether the operator has paused the guest, and not resumed it. */
  boolean isPaused() {
    return paused;
  }

  void pause(boolean now) {
    paused = now;
  }

  /** How the operator has ended the guest, reset or switched off, if so: it runs no more. */
  Optional<HaltReason> cutShort() {
    return cutShort;
  }

  /** Whether the guest, if it has ended, is to be started anew. */
  boolean endsInReset() {
    return cutShort.map(how -> how == HaltReason.GUEST_RESET).orElse(askedForReset);
  }

  void cutShort(HaltReason how) {
    cutShort = Optional.of(how);
  }

  long outputsMade() {
    return outputsMade;
  }

  UnflushedWrites unflushed(int disk) {
    return unflushed.get(disk);
  }

  long keptBytes() {
    return unflushed.stream().mapToLong(UnflushedWrites::bytes).sum();
  }

  /** Whether {@code disk} is one of the guest's. */
  boolean hasDisk(int disk) {
    return disk < unflushed.size();
  }

  /** Injects an input that {@link OpenRequests#expects}, and hands out what it made. */
  void inject(Input input, OutputSink sink) {
    switch (input) {
      case Input.DiskCompleted completed ->
          unflushed
              .get(completed.disk())
              .completed(open.complete(completed), completed.status(), completed.incarnation());
      case Input.EntropyArrived arrived -> open.complete(arrived);
      case Input.PoweredOn _ -> poweredOn = true;
      case Input.FrameReceived _,
          Input.ClockMoved _,
          Input.ConsoleReceived _,
          Input.PowerButtonPressed _,
          Input.DiskResized _ -> {}
    }
    machine.inject(input);
    drain(sink);
  }

  /** Runs as the machine does, and hands out what it made. */
  DeterministicMachine.Pause run(long positionLimit, OutputSink sink) {
    DeterministicMachine.Pause pause = machine.run(positionLimit);
    drain(sink);
    return pause;
  }

  CoreState state(List<Output> unreleased) {
    List<KeptWrite> kept = new ArrayList<>();
    unflushed.forEach(writes -> kept.addAll(writes.writes()));
    return new CoreState(poweredOn, paused, outputsMade, unreleased, open.outputs(), kept);
  }

  /** What a replay from here must know; where outputs and kept writes went is not its business. */
  CoreState stateForReplay() {
    return new CoreState(poweredOn, paused, outputsMade, List.of(), open.outputs(), List.of());
  }

  private void drain(OutputSink sink) {
    machine.drainOutputs(
        output -> {
          long number = outputsMade++;
          open.made(number, output);
          askedForReset |= output instanceof Output.PowerChanged(boolean toReset) && toReset;
          if (output instanceof Output.DiskRequested request) {
            unflushed.get(request.disk()).made(request);
          }
          sink.made(number, output);
        });
  }
}
