package lockstep.ft.log;

import java.util.Optional;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.machine.DiskStatus;
import lockstep.ft.machine.Input;
import lockstep.ft.machine.StateHash;

/** What a log entry says. */
public sealed interface Payload {

  /** {@code input} was injected here. */
  record Injected(Input input) implements Payload {}

  /**
   * The machine made output number {@code output} with the step just executed. Each output has a
   * mark of its own; they count from 0 at power-on.
   */
  record OutputMade(long output) implements Payload {}

  /** The machine's state had this hash here. */
  record HashChecked(StateHash hash) implements Payload {}

  /** Nothing happened up to here: lets the backup execute so far. */
  record Progressed() implements Payload {}

  /**
   * From here on {@code live} is live at {@code epoch}, with {@code backup} or alone. A replica
   * that receives the entry that names it backup is enlisted, and knows at which epoch.
   */
  record EpochBegan(long epoch, ReplicaId live, Optional<ReplicaId> backup) implements Payload {}

  /**
   * The replica, not the guest, flushes {@code disk}: too much is kept. Covers what was completed
   * before this entry.
   *
   * @param flush counts the replica's own flushes of this disk
   */
  record OwnFlushBegan(int disk, long flush) implements Payload {}

  /** The own flush ended; with status OK, what it covers needs to be kept no longer. */
  record OwnFlushEnded(int disk, long flush, DiskStatus status) implements Payload {}

  /**
   * The last entry of who wrote the log so far: its guest stands still here, and it hands its role
   * over to its backup. What follows is the backup's, who has taken the role over; or its own, if
   * it had to go on alone instead.
   */
  record HandedOver() implements Payload {}

  /** The guest has switched itself off, or asked to be reset: its last step is executed. */
  record PoweredOff() implements Payload {}

  /** The operator has paused the guest: it stands still here, whoever is live. */
  record Paused() implements Payload {}

  /** The operator lets the guest go on. */
  record Resumed() implements Payload {}

  /** The operator has pressed the reset button: the guest ends here, and is to be started anew. */
  record Reset() implements Payload {}

  /** The operator has switched the guest off, unasked: it ends here, and stays off. */
  record SwitchedOff() implements Payload {}

  /** Bytes of data that the payload carries, beside its fixed part. */
  default int dataBytes() {
    return this instanceof Injected(Input input)
        ? switch (input) {
          case Input.PoweredOn poweredOn -> poweredOn.entropySeed().length();
          case Input.FrameReceived frame -> frame.frame().length();
          case Input.DiskCompleted completed -> completed.data().length();
          case Input.ConsoleReceived console -> console.data().length();
          case Input.EntropyArrived entropy -> entropy.data().length();
          case Input.ClockMoved _, Input.PowerButtonPressed _, Input.DiskResized _ -> 0;
        }
        : 0;
  }
}
