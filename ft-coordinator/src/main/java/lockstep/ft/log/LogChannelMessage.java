package lockstep.ft.log;

import java.util.List;
import java.util.Optional;
import lockstep.ft.arbiter.Member;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.PagedMemory;
import lockstep.ft.machine.StateHash;

/**
 * What travels on the log channel. A replica that is not live dials the live one, says {@link
 * Hello}, and is answered with a Hello or {@link HelloRefused}. If the guest runs already, a state
 * transfer follows, from {@link TransferBegan} to {@link TransferCut}. From then on entries and
 * heartbeats flow one way, acks the other, until {@link Payload.HandedOver} turns them around. On a
 * channel, messages arrive in order or not at all.
 */
public sealed interface LogChannelMessage {

  /** Version of the messages themselves. */
  int PROTOCOL_VERSION = 5;

  /** Most entries that one {@link Entries} carries. */
  int ENTRIES_MAX = 4096;

  /** In which role a replica says hello. */
  enum HelloRole {
    CANDIDATE,
    LIVE
  }

  /**
   * First message of each side.
   *
   * @param definitionDigest of the VM's definition
   * @param replica who says it, and where it accepts log channels if it is live one day
   * @param epoch the highest that the sender knows
   * @param startPosition position of the state with which the sender's machine started: 0 before
   *     power-on, or that of the saved state
   * @param startHash hash of that state
   */
  record Hello(
      int protocolVersion,
      int machineVersion,
      String vm,
      String definitionDigest,
      Member replica,
      long epoch,
      HelloRole role,
      long startPosition,
      StateHash startHash)
      implements LogChannelMessage {}

  /** Why a hello was refused. */
  enum Refusal {
    OTHER_PROTOCOL_VERSION("another version of the log channel's protocol"),
    OTHER_MACHINE_VERSION("another machine version"),
    OTHER_VM("another VM"),
    OTHER_DEFINITION("another definition of the VM"),
    OTHER_START_STATE("another start state of the machine"),
    NOT_LIVE("this replica is not live"),
    HAS_BACKUP("this replica has a backup already"),
    BUSY("this replica is changing its role, or serves another candidate");

    private final String text;

    Refusal(String text) {
      this.text = text;
    }

    /** For people, as in "refused: another machine version". */
    public String text() {
      return text;
    }

    /** Whether asking again can't help: the replica that was refused must stop. */
    public boolean isFinal() {
      return switch (this) {
        case OTHER_PROTOCOL_VERSION,
            OTHER_MACHINE_VERSION,
            OTHER_VM,
            OTHER_DEFINITION,
            OTHER_START_STATE ->
            true;
        case NOT_LIVE, HAS_BACKUP, BUSY -> false;
      };
    }
  }

  /**
   * The hello was refused; the channel ends.
   *
   * @param detail what was expected and what came
   */
  record HelloRefused(Refusal reason, String detail) implements LogChannelMessage {}

  /**
   * Live to backup: entries, in order, without gaps.
   *
   * @param outputsReleased as in {@link Heartbeat}
   */
  record Entries(List<LogEntry> entries, long outputsReleased) implements LogChannelMessage {
    public Entries {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Backup to live, on receipt of entries, on progress, and on an idle channel.
   *
   * @param nextLsn every entry with a lower lsn has been received
   * @param positionExecuted how far the backup's machine is
   */
  record Ack(long nextLsn, long positionExecuted) implements LogChannelMessage {}

  /**
   * Live to backup, on an idle channel.
   *
   * @param outputsReleased every output with a lower number has left
   */
  record Heartbeat(long sequence, long outputsReleased) implements LogChannelMessage {}

  /**
   * Backup to live, when it becomes the backup and whenever one changes: which ways to the outside
   * it has, probed though it uses none of them.
   *
   * @param disks to the disk server, where the disks are
   */
  record Paths(boolean arbiter, boolean proxy, boolean disks) implements LogChannelMessage {
    /** Before anything is known. */
    public static final Paths NONE = new Paths(false, false, false);

    /** Whether a live replica could do its work. */
    public boolean areAll() {
      return arbiter && proxy && disks;
    }

    /** Whether there is each of {@code others}. */
    public boolean include(Paths others) {
      return (arbiter || !others.arbiter) && (proxy || !others.proxy) && (disks || !others.disks);
    }
  }

  /**
   * Backup to live: my state is not yours. The backup stops.
   *
   * @param lsn of the entry that showed it
   * @param position of the backup's machine
   * @param what the difference, for people
   * @param hash of the backup's state, if the entry was a check
   */
  record Diverged(long lsn, long position, String what, Optional<StateHash> hash)
      implements LogChannelMessage {}

  // State transfer.

  /** Live to candidate: the guest runs, and its state will come: pages first. */
  record TransferBegan(int pageCount, int pageBytes) implements LogChannelMessage {}

  /** Live to candidate: what these pages hold now; a later message may change it. */
  record TransferPages(List<PagedMemory.Contents> pages) implements LogChannelMessage {
    /** What a page costs beside its contents. */
    private static final int OVERHEAD_BYTES = 8;

    public TransferPages {
      pages = List.copyOf(pages);
    }

    /** About what the message takes on the wire. */
    public long sizeBytes() {
      long bytes = OVERHEAD_BYTES;
      for (PagedMemory.Contents page : pages) {
        bytes += OVERHEAD_BYTES + page.contents().length();
      }
      return bytes;
    }
  }

  /**
   * Candidate to live, on receipt of pages and on a heartbeat.
   *
   * @param bytes of pages taken since the transfer began, as {@link TransferPages#sizeBytes} counts
   */
  record TransferTaken(long bytes) implements LogChannelMessage {}

  /** Live to candidate: the next part of all that the state is beside the pages. */
  record TransferState(Bytes part) implements LogChannelMessage {}

  /**
   * Live to candidate: the state is complete; the guest goes on from it, and the log from {@code
   * nextLsn}. The candidate restores it and acknowledges {@code nextLsn}.
   *
   * @param outputsReleased as in {@link Heartbeat}
   * @param hash of the complete state
   */
  record TransferCut(long nextLsn, long position, long outputsReleased, StateHash hash)
      implements LogChannelMessage {}

  /** Live to backup: the guest has ended and the arbiter knows; nobody needs to claim. */
  record GuestEnded(boolean reset) implements LogChannelMessage {}
}
