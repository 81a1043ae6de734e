package lockstep.ft.core;

import java.util.OptionalLong;
import lockstep.ft.arbiter.ArbiterRequest;
import lockstep.ft.arbiter.ReplicaId;
import lockstep.ft.log.LogChannelMessage;
import lockstep.ft.log.LogEntry;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.DiskOperation;
import lockstep.ft.machine.StateHash;
import lockstep.ft.transfer.TransferProgress;

/**
 * What a replica wants done. The driver does them in order; none of them blocks or fails: what goes
 * wrong comes back as a {@link ReplicaEvent}.
 */
public sealed interface Effect {

  // The arbiter.

  /** Send to the arbiter, if a connection is open; otherwise forget it, it will be asked again. */
  record AskArbiter(ArbiterRequest request) implements Effect {}

  // The log channel.

  /** Open a log channel to {@code host:port}; answered by PeerUp or DialFailed. */
  record DialPeer(String logEndpoint) implements Effect {}

  record SendToPeer(long channel, LogChannelMessage message) implements Effect {}

  /** Close the channel after what was sent on it has left; nothing more of it is wanted. */
  record ClosePeer(long channel) implements Effect {}

  // Disks.

  /**
   * Attach {@code disk} as the replica that is live at {@code epoch}; ends this replica's older
   * attach of the disk too. Answered by DiskAttached, DiskLost or DiskFenced with the same number.
   */
  record AttachDisk(int disk, long attach, long epoch) implements Effect {}

  /** Give the attach up; nothing more of it is wanted. */
  record DetachDisk(int disk, long attach) implements Effect {}

  /**
   * Send a request on an attach. The requests of an attach need not keep their order.
   *
   * @param output its number, if it is the guest's; none if the replica makes it by itself, or if
   *     it had left when this replica took over the guest's state
   * @param tag returned with the answer; unique within the attach
   * @param data what to write, for WRITE; empty otherwise
   */
  record SubmitDisk(
      OptionalLong output,
      int disk,
      long attach,
      long tag,
      DiskOperation operation,
      long offset,
      int length,
      Bytes data)
      implements Effect {}

  // The proxy and the rest of the outside.

  /** Tell the proxy, if the link is open, that this replica is live; before any frame. */
  record AnnounceLive(long epoch, long guestGeneration) implements Effect {}

  /**
   * A frame for the proxy; lost if the link is not open.
   *
   * @param output its number
   */
  record SendFrame(long output, Bytes frame) implements Effect {}

  /**
   * Console bytes; some may come twice after a failover, which {@code offset} tells.
   *
   * @param offset how many bytes the console has written since power-on, before these
   */
  record WriteConsole(long output, long offset, Bytes data) implements Effect {}

  /** Draw {@code length} random bytes; answered by EntropyDrawn. */
  record DrawEntropy(long output, long requestId, int length) implements Effect {}

  // What the operator and the recorder see.

  /**
   * The entry has just become part of this replica's log. Only if the configuration asks for it.
   */
  record Logged(LogEntry entry) implements Effect {}

  /** One line for the log of the process. */
  record RoleChanged(Role from, Role to, long epoch, long nextLsn, long position, String why)
      implements Effect {}

  /**
   * A loud line for the log of the process: this replica starts the guest anew from its disk, and
   * what was in the memory of the generation before is lost.
   */
  record StartedAnew(long guestGeneration) implements Effect {}

  /**
   * One line for the log of the process, about what changes no role by itself: a candidate that is
   * lost, a lease that is over, a disk that is given up.
   */
  record Noted(String what) implements Effect {}

  /** One line for the log of the process: a state transfer has begun, was cut, or has ended. */
  record TransferTold(ReplicaId peer, String what, TransferProgress progress) implements Effect {}

  /**
   * This replica has handed its role over, and the guest runs at the other.
   *
   * @param stoodStillNanos for how long it did not, from the event that stopped it here to the news
   *     that it runs there
   */
  record RolesSwitched(long stoodStillNanos) implements Effect {}

  /**
   * The two machines differ: keep this replica's side of it in a file. The machine and what it
   * remembers are as {@code divergence} says until this has been done.
   *
   * @param nanosMax it may take no longer, or is left: nobody renews a live replica's lease, or
   *     answers a spare, meanwhile
   */
  record DivergenceFound(Divergence divergence, long nanosMax) implements Effect {
    /** Of a replica that ends: nobody waits for it. */
    static final long ANY_TIME = Long.MAX_VALUE;
  }

  /** The machine's state had this hash at this position: for comparing runs. */
  record Hashed(long lsn, long position, StateHash hash) implements Effect {}

  /** The last effect: close everything; the process ends. */
  record Halt(HaltReason reason, String detail) implements Effect {}
}
