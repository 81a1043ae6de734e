package lockstep.ft.core;

import java.util.List;
import java.util.Optional;
import lockstep.ft.arbiter.ArbiterRecord;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.machine.Output;

/**
 * What a replica is at the moment: how it takes what happens. One class for each kind of life, in
 * the order in which a replica may live them: {@link Waiting}, {@link Backup}, {@link Live}, {@link
 * Halted}.
 */
sealed interface Stage permits Waiting, Backup, Live, Halted {
  Role role();

  /** The epoch at which this replica has its role, or 0. */
  long epoch();

  long nextLsn();

  /** The arbiter's record, as it is or was a moment ago. */
  void onRecord(ArbiterRecord record);

  /** The open question was granted. */
  void onGranted(ArbiterRequest question, ArbiterReply.Granted granted);

  /** The open question was refused. */
  void onRefused(ArbiterRequest question, ArbiterReply.Refused refused);

  void onLease(ArbiterReply.Renewed renewed);

  void onPeerUp(long channel, boolean dialled);

  void onPeerDown(long channel);

  void onDialFailed();

  void onPeerSaid(long channel, LogChannelMessage message);

  /** A disk's attach or answer. */
  void onDisk(ReplicaEvent event);

  void onProxyUp();

  /** Something for the guest: a frame, console bytes, entropy, the power button. */
  void onInput(ReplicaEvent event);

  /** What the operator asks for, if {@link #refusal} does not refuse it. */
  void onControl(ReplicaEvent.Control control);

  /** Why the operator can't have it, if so. */
  Optional<String> refusal(ReplicaEvent.Control control);

  void onTick();

  void runSlice(long stepsMax);

  boolean wantsToRun(long nowNanos);

  long deadlineNanos();

  /** What has been gathered during an event leaves now. */
  void flush();

  /** Outputs made that may not have left. */
  List<Output> unreleased();

  /** Why the guest may not run, if it may not. */
  Optional<String> held(long nowNanos);

  /** What the stage knows of itself; the rest is filled in by {@link Replica}. */
  StageStatus status(long nowNanos);
}
