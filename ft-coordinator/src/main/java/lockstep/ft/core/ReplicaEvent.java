package lockstep.ft.core;

import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskStatus;

/**
 * What can happen to a replica. The driver hands every event to {@link Replica#onEvent}, in the
 * order in which it happened, from one thread.
 *
 * <p>Channels and attaches are named by numbers; what comes from one that the replica has given up
 * is ignored, so a driver needs no care about stragglers.
 */
public sealed interface ReplicaEvent {

  /**
   * Nothing but time: due when {@link Replica#nextDeadlineNanos} is reached, and harmless early.
   */
  record Tick() implements ReplicaEvent {}

  /**
   * Run the guest for a while, if it may run: see {@link Replica#wantsToRun}.
   *
   * @param stepsMax as many as take about a quarter of a millisecond
   */
  record RunSlice(long stepsMax) implements ReplicaEvent {}

  // The arbiter.

  /** A connection to the arbiter is open: what was asked and not answered is asked again. */
  record ArbiterUp() implements ReplicaEvent {}

  record ArbiterDown() implements ReplicaEvent {}

  record ArbiterAnswered(ArbiterReply reply) implements ReplicaEvent {}

  // The log channel.

  /**
   * A log channel is open.
   *
   * @param channel number that the driver gives it, never used twice
   * @param dialled whether this replica dialled it; false if it was accepted
   */
  record PeerUp(long channel, boolean dialled) implements ReplicaEvent {}

  /** The channel is closed, by whomever; nothing more comes from it. */
  record PeerDown(long channel) implements ReplicaEvent {}

  /** The {@link Effect.DialPeer} came to nothing. */
  record DialFailed() implements ReplicaEvent {}

  record PeerSaid(long channel, LogChannelMessage message) implements ReplicaEvent {}

  // Disks.

  /**
   * An attach is complete: every older one has been ended.
   *
   * @param incarnation of the disk server
   * @param sizeBytes of the disk, a multiple of 4096
   */
  record DiskAttached(int disk, long attach, long incarnation, long sizeBytes)
      implements ReplicaEvent {}

  /** The attach failed or is lost, for another reason than being fenced. */
  record DiskLost(int disk, long attach) implements ReplicaEvent {}

  /** The disk server refuses this replica's epoch: somebody else is live. Halts the replica. */
  record DiskFenced(int disk, long attach) implements ReplicaEvent {}

  /**
   * The answer to {@link Effect.SubmitDisk}.
   *
   * @param data what was read, for a READ that went well; empty otherwise
   */
  record DiskAnswered(int disk, long attach, long tag, DiskStatus status, Bytes data)
      implements ReplicaEvent {}

  /** The disk server was asked whether it is there, beside all attaches, and has answered. */
  record DiskServerReached() implements ReplicaEvent {}

  /** It has not for a while. Attaches are judged by themselves. */
  record DiskServerMissed() implements ReplicaEvent {}

  // The proxy and the rest of the outside.

  /** The link to the proxy is open and its hello accepted. */
  record ProxyUp() implements ReplicaEvent {}

  record ProxyDown() implements ReplicaEvent {}

  /** A frame for the guest: virtio_net_hdr, then Ethernet. Dropped unless this replica is live. */
  record FrameArrived(Bytes frame) implements ReplicaEvent {}

  record ConsoleTyped(Bytes data) implements ReplicaEvent {}

  /** The answer to {@link Effect.DrawEntropy}. */
  record EntropyDrawn(long requestId, Bytes data) implements ReplicaEvent {}

  record PowerButton() implements ReplicaEvent {}

  // What the operator asks of the live replica; see Replica#refusal.

  /** An operator's request; any other replica than the live one ignores it. */
  sealed interface Control extends ReplicaEvent {}

  /** Put a state hash into the log at the next slice. */
  record HashCheckWanted() implements Control {}

  /**
   * The guest, live and alone, was saved by the driver just now: it stops for good, the replica
   * resigns and halts.
   */
  record Suspend() implements Control {}

  /** Switch roles with the backup. */
  record SwitchWanted() implements Control {}

  /** The guest is to stand still, its clock too, whoever is live, until it is resumed. */
  record PauseWanted() implements Control {}

  record ResumeWanted() implements Control {}

  /** The guest ends here and now, as by its reset button, and is to be started anew. */
  record ResetWanted() implements Control {}

  /** The operator switches the guest off, as by pulling its plug. */
  record SwitchOffWanted() implements Control {}
}
